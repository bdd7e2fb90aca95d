"""Stripe's own current examples of its objects, read by us, and made by our double."""

import json
from pathlib import Path
from typing import Any

import pytest

from paydesk.gateways.contract import ChargeRequest, MethodSetupRequest, RefundRequest
from paydesk.gateways.records import CollectibleState, SubscriptionState, Verdict
from paydesk.gateways.stripe.collectibles import (
    charge_record,
    dispute_record,
    intents_of,
    invoice_record,
    is_collectible,
    refund_record,
)
from paydesk.gateways.stripe.gateway import StripeGateway
from paydesk.gateways.stripe.methods import customer_record, method_record
from paydesk.gateways.stripe.subscriptions import subscription_record
from paydesk.kit.money import Money
from tests.stripe_scene import GOOD, StripeScene

pytestmark = pytest.mark.contracts
Object = dict[str, Any]


@pytest.fixture
def examples(contracts: Path) -> dict[str, Object]:
    found: dict[str, Object] = json.loads((contracts / "stripe" / "response-fixtures.json").read_text())[
        "resources"
    ]
    return found


def payment(intent: str) -> Object:
    return {"payment": {"type": "payment_intent", "payment_intent": intent}}


def test_an_invoice_and_the_charges_of_its_payments(examples: dict[str, Object]) -> None:
    invoice, charge = dict(examples["invoice"]), dict(examples["charge"])
    invoice |= {"status": "open", "attempted": True, "payments": {"data": [payment("pi_1"), payment("pi_2")]}}

    record = invoice_record(invoice, [{**charge, "status": "failed", "failure_code": "expired_card"}])

    assert intents_of(invoice) == ["pi_1", "pi_2"]
    assert (record.state, record.amount) == (CollectibleState.FAILED, Money(1000, "USD"))
    assert record.subscription_reference == "subscription"
    assert record.attempts[0].outcome.verdict == Verdict.DECLINED
    assert record.lines[0].title == "My First Invoice Item (created for API docs)"


def test_a_draft_is_not_owed(examples: dict[str, Object]) -> None:
    assert examples["invoice"]["status"] == "draft"
    assert not is_collectible(examples["invoice"])


def test_a_charge_that_was_only_reserved_has_not_moved(examples: dict[str, Object]) -> None:
    reserved = charge_record(examples["charge"])
    captured = charge_record({**examples["charge"], "captured": True, "amount_captured": 100})

    assert reserved.state == CollectibleState.PROCESSING
    assert (captured.state, captured.amount) == (CollectibleState.PAID, Money(100, "USD"))
    assert captured.attempts[0].outcome.method
    assert captured.attempts[0].outcome.method.last_four == "4242"


def test_a_subscription_with_its_period_on_the_item(examples: dict[str, Object]) -> None:
    subscription = {**examples["subscription"], "pause_collection": None}

    record = subscription_record(subscription, {"prod_QXg1hqf4jFNsqG": "Pro"})

    assert (record.name, record.amount, record.interval_unit) == ("Pro", Money(2000, "USD"), "month")
    assert record.cancels_at
    assert subscription_record(examples["subscription"], {}).state == SubscriptionState.PAUSED


def test_customers_methods_refunds_and_disputes(examples: dict[str, Object]) -> None:
    assert customer_record(examples["customer"]).email == ""
    assert customer_record(examples["deleted_customer"]).is_deleted
    assert method_record(examples["payment_method"]).brand == "visa"
    assert refund_record(examples["refund"]).state == "succeeded"
    assert examples["dispute"]["status"] == "warning_needs_response"
    assert dispute_record(examples["dispute"]).state == "inquiry"


def test_the_double_answers_in_the_shapes_of_today(
    examples: dict[str, Object], stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    """Every field that the double gives is one that Stripe has; what it leaves out, our reading does without."""
    due = stripe_scene.past_due()
    card = stripe_scene.card(due.customer, GOOD)
    request = ChargeRequest(
        key=due.customer,
        tag="a",
        amount=Money(900, "EUR"),
        customer_reference=due.customer,
        method_reference=card,
    )
    prepared = gateway.prepare_charge(request)
    paid = gateway.confirm_charge(prepared).reference
    refund = gateway.refund(
        RefundRequest(key=f"r-{paid}", tag="r", charge_reference=paid, amount=Money(100, "EUR"))
    )
    setup = gateway.begin_method_setup(
        MethodSetupRequest(key=f"s-{paid}", customer_reference=due.customer, return_url="")
    )
    paths = {
        "customer": f"/v1/customers/{due.customer}",
        "invoice": f"/v1/invoices/{due.failed_invoice}",
        "subscription": f"/v1/subscriptions/{due.subscription}",
        "charge": f"/v1/charges/{paid}",
        "payment_intent": f"/v1/payment_intents/{prepared.reference}",
        "payment_method": f"/v1/payment_methods/{due.method}",
        "refund": f"/v1/refunds/{refund.reference}",
        "setup_intent": f"/v1/setup_intents/{setup.reference}",
    }

    unknown = {
        kind: sorted(stripe_scene.as_stripe_says(path).keys() - examples[kind].keys())
        for kind, path in paths.items()
    }

    assert unknown == {kind: [] for kind in paths}
