"""The double collects subscriptions as PayPal says that it does, and lets a merchant change what PayPal lets him."""

import pytest

from tests.doubles.paypal.running import Json
from tests.gateways.paypal_double.asking import issue
from tests.paypal_account import PayPalAccount

pytestmark = pytest.mark.contracts

OUTSTANDING: Json = {
    "note": "Retry",
    "capture_type": "OUTSTANDING_BALANCE",
    "amount": {"currency_code": "EUR", "value": "19.00"},
}
FOREVER = "start_time=2020-01-01T00:00:00Z&end_time=2040-01-01T00:00:00Z"


def billing_info(account: PayPalAccount, subscription: str) -> Json:
    path = f"/v1/billing/subscriptions/{subscription}?fields=last_failed_payment,plan"
    found: Json = account.api("GET", path)[1]
    return {"status": found["status"], **found["billing_info"]}


def test_paypal_tries_three_times_before_anything_is_outstanding(paypal_account: PayPalAccount) -> None:
    subscription = paypal_account.subscription(cycles=2, behind=1, days_since=6)
    found = billing_info(paypal_account, subscription)
    assert (found["outstanding_balance"]["value"], found["failed_payments_count"]) == ("0.00", 0)
    assert "next_payment_retry_time" in found["last_failed_payment"]

    paypal_account.advance(days=5)

    found = billing_info(paypal_account, subscription)
    assert (found["outstanding_balance"]["value"], found["failed_payments_count"]) == ("19.00", 1)
    transactions = f"/v1/billing/subscriptions/{subscription}/transactions?{FOREVER}"
    said = [one["status"] for one in paypal_account.api("GET", transactions)[1]["transactions"]]
    assert said == ["DECLINED", "DECLINED", "DECLINED", "COMPLETED"]


def test_too_many_failures_suspend_and_what_is_outstanding_can_be_captured_in_parts(
    paypal_account: PayPalAccount,
) -> None:
    plan = paypal_account.plan(threshold=2)
    subscription = paypal_account.subscription(plan, cycles=3, behind=2)
    found = billing_info(paypal_account, subscription)
    assert (found["status"], found["outstanding_balance"]["value"]) == ("SUSPENDED", "38.00")
    path = f"/v1/billing/subscriptions/{subscription}/capture"

    assert paypal_account.api("POST", path, OUTSTANDING, key="1")[1]["status"] == "DECLINED"
    paypal_account.set_funding(subscription, "good")
    assert paypal_account.api("POST", path, OUTSTANDING, key="1")[1]["status"] == "DECLINED"
    assert paypal_account.api("POST", path, OUTSTANDING, key="2")[1]["status"] == "COMPLETED"
    assert billing_info(paypal_account, subscription)["outstanding_balance"]["value"] == "19.00"
    too_much = OUTSTANDING | {"amount": {"currency_code": "EUR", "value": "20.00"}}
    refused = paypal_account.api("POST", path, too_much, key="3")
    assert issue(refused) == (422, "AMOUNT_GREATER_THAN_OUTSTANDING_BALANCE")


def test_what_is_outstanding_comes_with_the_next_payment(paypal_account: PayPalAccount) -> None:
    subscription = paypal_account.subscription(cycles=2, behind=1)
    paypal_account.set_funding(subscription, "good")

    paypal_account.advance(days=31)

    assert [move["minor"] for move in paypal_account.captured(subscription)] == [1900, 3800]
    assert billing_info(paypal_account, subscription)["outstanding_balance"]["value"] == "0.00"


def test_a_cancelled_subscription_never_comes_back(paypal_account: PayPalAccount) -> None:
    subscription = paypal_account.subscription()
    path = f"/v1/billing/subscriptions/{subscription}"

    assert paypal_account.api("POST", f"{path}/suspend", {"reason": "A pause"})[0] == 204
    assert paypal_account.api("POST", f"{path}/activate", {"reason": "Back"})[0] == 204
    assert paypal_account.api("POST", f"{path}/cancel", {"reason": "Enough"})[0] == 204
    again = paypal_account.api("POST", f"{path}/activate", {"reason": "Back"})
    assert issue(again) == (422, "SUBSCRIPTION_STATUS_INVALID")
