"""Which of PayPal's answers to "capture this" are a clear no: each that it publishes is one, or is doubt on purpose."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from paydesk.gateways.paypal.declines import DECLINED_ISSUES, decline_of_issue
from paydesk.gateways.records import Advice, DeclineReason

_ORDERS = ("checkout_orders_v2.json", "/v2/checkout/orders/{id}/capture")
_SUBSCRIPTIONS = ("billing_subscriptions_v1.json", "/v1/billing/subscriptions/{id}/capture")

#: These may be the echo of an ask of ours that was heard, or are said while something is still being done.
ECHOES = {
    "ORDER_ALREADY_CAPTURED",
    "ORDER_COMPLETION_IN_PROGRESS",
    "DUPLICATE_INVOICE_ID",
    "SUBSCRIPTION_STATUS_INVALID",
    "ZERO_OUTSTANDING_BALANCE",
    "AMOUNT_GREATER_THAN_OUTSTANDING_BALANCE",
    "INVALID_RESOURCE_ID",
}
#: These are about our app and its account, whatever it asks for: no customer can mend them, and a person has to look.
NOT_ABOUT_MONEY = {"PERMISSION_DENIED", "INVALID_ACCOUNT_STATUS"}
#: These say that we asked wrongly, or are about what we never ask for: no customer was refused anything.
OURS = {
    "APPLE_PAY_AMOUNT_MISMATCH",
    "BILLING_AGREEMENT_ID_MISMATCH",
    "CANCEL_URL_REQUIRED",
    "CURRENCY_MISMATCH",
    "INCOMPATIBLE_PARAMETER_VALUE",
    "INVALID_PARAMETER_SYNTAX",
    "INVALID_PARAMETER_VALUE",
    "INVALID_PICKUP_ADDRESS",
    "INVALID_STRING_LENGTH",
    "INVALID_STRING_MAX_LENGTH",
    "MALFORMED_REQUEST_JSON",
    "MERCHANT_INITIATED_WITH_AUTHENTICATION_RESULTS",
    "MERCHANT_INITIATED_WITH_MULTIPLE_PURCHASE_UNITS",
    "MERCHANT_INITIATED_WITH_SECURITY_CODE",
    "MISSING_CRYPTOGRAM",
    "MISSING_REQUEST_BODY",
    "MISSING_REQUIRED_PARAMETER",
    "ONLY_ONE_BANK_SOURCE_ALLOWED",
    "ORDER_NOT_APPROVED",
    "PAYEE_FX_RATE_ID_EXPIRED",
    "PERMISSION_DENIED_FOR_DONATION_ITEMS",
    "PLATFORM_FEE_PAYEE_CANNOT_BE_SAME_AS_PAYER",
    "PREFERRED_PAYMENT_SOURCE_MISMATCH",
    "REQUIRED_PARAMETER_FOR_CUSTOMER_INITIATED_PAYMENT",
    "RETURN_URL_REQUIRED",
    "SHIPPING_ADDRESS_INVALID",
    "VAULT_INSTRUCTION_REQUIRED",
}
DOUBTFUL = ECHOES | NOT_ABOUT_MONEY | OURS


def published(file: str, path: str, *statuses: str) -> set[str]:
    """Give the issues that PayPal's file has for the answers to a request."""
    whole = json.loads((Path(os.environ["PAYDESK_CONTRACTS"]) / "paypal" / file).read_text())
    responses = whole["paths"][path]["post"]["responses"]
    return {
        issue
        for status, response in responses.items()
        if not statuses or status in statuses
        for issue in issues_in(response, whole)
    }


def issues_in(part: Any, whole: Any) -> Iterator[str]:
    """Walk through a part of a file, and through what it refers to."""
    if isinstance(part, list):
        for one in part:
            yield from issues_in(one, whole)
    if not isinstance(part, dict):
        return
    if reference := part.get("$ref"):
        found = whole
        for name in reference.split("/")[1:]:
            found = found[name]
        yield from issues_in(found, whole)
    for name, value in part.items():
        if name == "issue" and isinstance(value, dict):
            yield from value.get("enum") or ()
        yield from issues_in(value, whole)


@pytest.mark.contracts
@pytest.mark.parametrize(("file", "path"), [_ORDERS, _SUBSCRIPTIONS])
def test_every_answer_that_is_published_is_a_clear_no_or_doubtful_on_purpose(file: str, path: str) -> None:
    found = published(file, path)

    assert len(found) > 10
    assert found - set(DECLINED_ISSUES) - DOUBTFUL == set()


@pytest.mark.contracts
def test_every_clear_no_is_published_for_a_capture() -> None:
    found = published(*_ORDERS, "403", "422") | published(*_SUBSCRIPTIONS, "422")

    # Seen in PayPal's answers to a stored card (docs/api/orders/v2/errors), newer than the files.
    assert set(DECLINED_ISSUES) - found <= {"CARD_EXPIRED", "CARD_CLOSED"}
    assert found | published(*_ORDERS) | published(*_SUBSCRIPTIONS) >= DOUBTFUL


def test_nothing_is_both_a_clear_no_and_doubtful() -> None:
    assert DOUBTFUL & set(DECLINED_ISSUES) == set()


@pytest.mark.parametrize(
    ("issue", "reason", "advice"),
    [
        ("PREVIOUS_TRANSACTION_REFERENCE_HAS_CHARGEBACK", DeclineReason.METHOD_GONE, Advice.OTHER_METHOD),
        ("PNREF_EXPIRED", DeclineReason.METHOD_GONE, Advice.OTHER_METHOD),
        ("CARD_EXPIRY_REQUIRED", DeclineReason.INCORRECT_DETAILS, Advice.OTHER_METHOD),
        ("PAYMENT_SOURCE_NOT_SUPPORTED", DeclineReason.NOT_PERMITTED, Advice.OTHER_METHOD),
        ("CONSENT_NEEDED", DeclineReason.NOT_PERMITTED, Advice.OTHER_METHOD),
        ("NOT_ELIGIBLE_FOR_TOKEN_PROCESSING", DeclineReason.OTHER, Advice.RETRY_LATER),
        ("DECLINED_DUE_TO_RELATED_TXN", DeclineReason.OTHER, Advice.RETRY),
    ],
)
def test_a_no_says_whether_the_method_will_ever_do(issue: str, reason: DeclineReason, advice: Advice) -> None:
    decline = decline_of_issue(issue)
    assert (decline.reason, decline.advice, decline.code) == (reason, advice, issue)


def test_issues_that_say_nothing_of_money_are_no_decline() -> None:
    for issue in (
        "ORDER_ALREADY_CAPTURED",
        "DUPLICATE_INVOICE_ID",
        "ORDER_COMPLETION_IN_PROGRESS",
        "PERMISSION_DENIED",
        "ZERO_OUTSTANDING_BALANCE",
        "SUBSCRIPTION_STATUS_INVALID",
        "INTERNAL_SERVICE_ERROR",
    ):
        assert issue not in DECLINED_ISSUES
