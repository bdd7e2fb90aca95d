"""PayPal's amounts, noes and events in our words."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paydesk.gateways.contract import GatewayRefused, ObjectKind, WebhookEvent
from paydesk.gateways.paypal.amounts import from_paypal, to_paypal
from paydesk.gateways.paypal.declines import (
    RESPONSE_CODES,
    decline_of_issue,
    decline_of_response,
)
from paydesk.gateways.paypal.events import custom_id, named_for_subscriptions, named_for_vault, ours
from paydesk.gateways.records import Advice, DeclineReason
from paydesk.kit.money import Money, exponent


@pytest.mark.parametrize(
    ("value", "currency", "meant"),
    [
        ("49.00", "EUR", Money(4900, "EUR")),
        ("49", "EUR", Money(4900, "EUR")),
        ("-4.5", "USD", Money(-450, "USD")),
        (".50", "USD", Money(50, "USD")),
        ("500", "JPY", Money(500, "JPY")),
        ("500", "HUF", Money(50000, "HUF")),
        ("500.00", "TWD", Money(50000, "TWD")),
        ("1.230", "KWD", Money(1230, "KWD")),
    ],
)
def test_amounts_are_read_exactly(value: str, currency: str, meant: Money) -> None:
    assert from_paypal({"currency_code": currency, "value": value}) == meant


@given(
    minor=st.integers(0, 10**12),
    currency=st.sampled_from(["EUR", "USD", "JPY", "HUF", "TWD", "KWD", "BRL", "ILS"]),
)
def test_an_amount_comes_back_as_it_went_or_is_refused(minor: int, currency: str) -> None:
    amount = Money(minor, currency)
    if (currency in ("HUF", "TWD") and minor % 100) or (currency == "KWD" and minor % 10):
        with pytest.raises(GatewayRefused):
            to_paypal(amount)
        return
    written = to_paypal(amount)
    places = len(written["value"].partition(".")[2])

    assert from_paypal(written) == amount
    assert places == (0 if currency in ("HUF", "TWD") else min(exponent(currency), 2))


def test_an_amount_that_the_currency_does_not_know_is_not_rounded() -> None:
    with pytest.raises(ValueError, match="no such amount"):
        from_paypal({"currency_code": "EUR", "value": "1.005"})


@pytest.mark.contracts
def test_every_code_of_the_tables_is_one_that_paypal_publishes() -> None:
    folder = Path(os.environ["PAYDESK_CONTRACTS"]) / "paypal"
    schemas = json.loads((folder / "checkout_orders_v2.json").read_text())["components"]["schemas"]
    published = set(schemas["processor_response"]["properties"]["response_code"]["enum"])

    assert set(RESPONSE_CODES) <= published


def test_a_banks_code_gives_a_reason_and_the_networks_advice_goes_before_the_table() -> None:
    short = decline_of_response({"response_code": "5120"}, "DECLINED")
    assert (short.reason, short.advice, short.code) == (
        DeclineReason.INSUFFICIENT_FUNDS,
        Advice.RETRY,
        "5120",
    )

    stopped = decline_of_response({"response_code": "5120", "payment_advice_code": "03"}, "DECLINED")
    assert (stopped.reason, stopped.advice) == (DeclineReason.INSUFFICIENT_FUNDS, Advice.STOP)

    wallet = decline_of_response(None, "DECLINED")
    assert (wallet.reason, wallet.advice, wallet.code) == (DeclineReason.OTHER, Advice.RETRY, "DECLINED")

    assert decline_of_issue("SOMETHING_NEW").code == "SOMETHING_NEW"
    assert decline_of_issue("TOKEN_ID_NOT_FOUND").reason is DeclineReason.METHOD_GONE


def named(kind: str, **resource: object) -> list[tuple[ObjectKind, str, str]]:
    body = json.dumps({"resource": resource}).encode()
    event = WebhookEvent(event_id="WH-1", kind=kind, body=body, created_at=datetime(2026, 1, 1, tzinfo=UTC))
    found = [*named_for_vault(event), *named_for_subscriptions(event)]
    return [(one.kind, one.reference, one.tag) for one in found]


def test_a_capture_of_ours_leads_to_its_attempt_and_any_other_is_read() -> None:
    ours_ = custom_id(tag="attempt-1", customer="customer-1")

    assert ours({"custom_id": ours_}) == ("attempt-1", "customer-1")
    assert ours({"custom_field": ours_}) == ("attempt-1", "customer-1")
    assert ours({"custom_id": "order:7"}) == ours({}) == ("", "")
    assert named("PAYMENT.CAPTURE.COMPLETED", id="CAP1", status="COMPLETED", custom_id=ours_) == [
        (ObjectKind.CHARGE, "CAP1", "attempt-1")
    ]
    assert named("PAYMENT.CAPTURE.DENIED", id="CAP1", status="DECLINED", custom_id="shop-7") == [
        (ObjectKind.COLLECTIBLE, "CAP1", "")
    ]


def test_money_that_came_back_leads_to_the_capture() -> None:
    links = [{"rel": "up", "href": "https://api.paypal.com/v2/payments/captures/CAP1"}]

    assert named("PAYMENT.CAPTURE.REFUNDED", id="REF1", links=links) == [
        (ObjectKind.REFUND, "REF1", ""),
        (ObjectKind.COLLECTIBLE, "CAP1", ""),
    ]
    assert named(
        "CUSTOMER.DISPUTE.CREATED",
        dispute_id="PP-D-1",
        disputed_transactions=[{"seller_transaction_id": "CAP1"}],
    ) == [(ObjectKind.DISPUTE, "PP-D-1", ""), (ObjectKind.COLLECTIBLE, "CAP1", "")]


def test_orders_tokens_subscriptions_and_sales_are_named_and_what_is_unknown_names_nothing() -> None:
    unit = {"custom_id": custom_id(tag="attempt-1", customer="customer-1")}

    assert named("CHECKOUT.ORDER.APPROVED", id="ORD1", purchase_units=[unit]) == [
        (ObjectKind.CHARGE, "ORD1", "attempt-1")
    ]
    assert named("CHECKOUT.ORDER.APPROVED", id="ORD2", purchase_units=[{"custom_id": "shop-7"}]) == []
    assert named("VAULT.PAYMENT-TOKEN.DELETED", id="8kk8451t", customer={"id": "customer-1"}) == [
        (ObjectKind.CUSTOMER, "customer-1", "")
    ]
    assert named("BILLING.SUBSCRIPTION.SUSPENDED", id="I-1") == [
        (ObjectKind.SUBSCRIPTION, "I-1", ""),
        (ObjectKind.CUSTOMER, "I-1", ""),
    ]
    assert named("PAYMENT.SALE.COMPLETED", id="TX1", billing_agreement_id="I-1") == [
        (ObjectKind.SUBSCRIPTION, "I-1", ""),
        (ObjectKind.COLLECTIBLE, "I-1:TX1", ""),
    ]
    assert named("PAYMENT.SALE.REFUNDED", id="TX2", sale_id="TX1", billing_agreement_id="I-1") == [
        (ObjectKind.SUBSCRIPTION, "I-1", ""),
        (ObjectKind.COLLECTIBLE, "I-1:TX1", ""),
    ]
    assert named("BILLING.SUBSCRIPTION.PAYMENT.FAILED", id="I-1") == [
        (ObjectKind.SUBSCRIPTION, "I-1", ""),
        (ObjectKind.CUSTOMER, "I-1", ""),
        (ObjectKind.COLLECTIBLE, "I-1:newest", ""),
    ]
    failed = {"last_failed_payment": {"time": "2026-02-01T10:00:00Z"}}
    assert named("BILLING.SUBSCRIPTION.CANCELLED", id="I-1", billing_info=failed) == [
        (ObjectKind.SUBSCRIPTION, "I-1", ""),
        (ObjectKind.CUSTOMER, "I-1", ""),
        (ObjectKind.COLLECTIBLE, "I-1:newest", ""),
    ]
    assert named("PAYMENT.SALE.COMPLETED", id="TX1") == []
    # So are refunds in PayPal's sample: their customer is read again in time.
    assert named("PAYMENT.SALE.REFUNDED", id="TX2", sale_id="TX1") == []
    assert named("WEATHER.REPORT", id="X") == []
