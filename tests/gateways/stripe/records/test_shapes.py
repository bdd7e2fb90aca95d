"""Stripe's own current examples of its objects, read by us, and made by our double."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from paydesk.gateways.contract import ChargeRequest, RefundRequest, WebhookEvent
from paydesk.gateways.method_setup import MethodSetupRequest
from paydesk.gateways.records import BillingDetails, CollectibleState, SubscriptionState, TaxRecord, Verdict
from paydesk.gateways.stripe import events
from paydesk.gateways.stripe.charges import intent_outcome
from paydesk.gateways.stripe.collectibles import (
    charge_record,
    charges_named_by,
    dispute_record,
    intents_of,
    invoice_record,
    is_collectible,
    refund_record,
)
from paydesk.gateways.stripe.gateway import StripeGateway
from paydesk.gateways.stripe.methods import customer_record, default_method, method_record
from paydesk.gateways.stripe.subscriptions import products_of, subscription_record
from paydesk.gateways.stripe.vault import refusal_of
from paydesk.kit.money import Money
from tests.stripe_scene import GOOD, StripeScene

pytestmark = pytest.mark.contracts
Object = dict[str, Any]
NOW = datetime(2026, 11, 2, tzinfo=UTC)
#: Read where they are, and no fault where they are not: of methods alone, of deleted customers, of errors and
#: actions, which the examples cut short.
ELSEWHERE = {
    "charge.payment_method_details.card.display_brand",
    "customer.deleted",
    "payment_intent.next_action.redirect_to_url",
    "payment_intent.last_payment_error.advice_code",
    "payment_intent.last_payment_error.code",
    "payment_intent.last_payment_error.decline_code",
    "setup_intent.last_setup_error.code",
    "setup_intent.last_setup_error.decline_code",
}


class Watched(dict[str, Any]):
    """An example that notes which fields were asked for and are not Stripe's."""

    def __init__(self, example: Object, path: str, missed: set[str]) -> None:
        super().__init__({key: watched(value, f"{path}.{key}", missed) for key, value in example.items()})
        self._path = path
        self._missed = missed

    def get(self, key: str, default: Any = None) -> Any:
        if key not in self:
            self._missed.add(f"{self._path}.{key}")
        return super().get(key, default)

    def __missing__(self, key: str) -> Any:
        self._missed.add(f"{self._path}.{key}")
        raise KeyError(key)


def watched(value: Any, path: str, missed: set[str]) -> Any:
    if isinstance(value, list):
        return [watched(one, path, missed) for one in value]
    if not isinstance(value, dict):
        return value
    named = value.get("object")
    return Watched(value, named if isinstance(named, str) and named != "list" else path, missed)


@pytest.fixture
def examples(contracts: Path) -> dict[str, Object]:
    found: dict[str, Object] = json.loads((contracts / "stripe" / "response-fixtures.json").read_text())[
        "resources"
    ]
    return found


def test_every_field_that_we_read_is_one_of_stripes(examples: dict[str, Object]) -> None:
    """Whatever Stripe renames is noticed here, and not as an empty line on somebody's page."""
    missed: set[str] = set()

    def example(name: str, **changed: Any) -> Any:
        return watched({**examples[name], **changed}, name, missed)

    parts: Object = {"payments": {"data": [examples["invoice_payment"]]}, "discounts": [examples["discount"]]}
    tax = {"amount": 1, "tax_behavior": "exclusive", "tax_rate_details": {"tax_rate": "txr_1"}}
    invoice = example("invoice", **parts, status="open", total_taxes=[tax])
    charge, dispute = example("charge"), example("dispute")
    invoice_record(invoice, [charge], [dispute], {"txr_1": example("tax_rate")})
    charge_record(charge, [dispute])
    charge_record(example("charge", status="failed"))
    charge_record(example("charge", captured=True, refunds={"data": [examples["refund"]]}))
    subscription_record(example("subscription"), {})
    default_method(example("customer"))
    customer_record(example("customer"))
    method_record(example("payment_method"))
    for status in ("succeeded", "requires_action", "requires_payment_method", "processing"):
        intent_outcome(example("payment_intent", status=status, latest_charge=None), now=NOW, over=True)
    for status in ("requires_payment_method", "canceled"):
        refusal_of(example("setup_intent", status=status))
    events.event_record(example("event"))

    assert missed == ELSEWHERE


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("customer", ["customer"]),
        ("payment_method", []),
        ("card", []),
        ("bank_account", []),
        ("source", []),
        ("setup_intent", ["method_setup"]),
        ("subscription", ["subscription"]),
        ("discount", []),
        ("invoice", []),  # the example is a draft
        ("invoice_payment", ["collectible"]),
        ("credit_note", ["collectible"]),
        ("charge", ["collectible"]),
        ("payment_intent", []),
        ("refund", ["refund", "collectible"]),
        ("dispute", ["dispute", "collectible"]),
        ("price", []),
    ],
)
def test_every_object_can_be_in_an_event(examples: dict[str, Object], kind: str, names: list[str]) -> None:
    body = json.dumps({"data": {"object": examples[kind]}}).encode()
    event = WebhookEvent(event_id="evt_1", kind="any", body=body, created_at=NOW)

    assert [one.kind for one in events.named_by(event)] == names


def payment(intent: str) -> Object:
    return {"payment": {"type": "payment_intent", "payment_intent": intent}}


def test_an_invoice_and_the_charges_of_its_payments(examples: dict[str, Object]) -> None:
    invoice, charge = dict(examples["invoice"]), dict(examples["charge"])
    by_charge = {"payment": {"type": "charge", "charge": "ch_old"}}
    elsewhere = {"payment": {"type": "payment_record", "payment_record": "pr_1"}}
    payments = {"data": [payment("pi_1"), payment("pi_2"), by_charge, elsewhere]}
    invoice |= {"status": "open", "attempted": True, "payments": payments, "shipping_cost": None}

    record = invoice_record(invoice, [{**charge, "status": "failed", "failure_code": "expired_card"}])

    assert intents_of(invoice) == ["pi_1", "pi_2"]
    assert charges_named_by(invoice) == ["ch_old"]
    assert (record.state, record.amount) == (CollectibleState.FAILED, Money(1000, "USD"))
    assert record.subscription_reference == "subscription"
    assert record.attempts[0].outcome.verdict == Verdict.DECLINED
    assert record.lines[0].title == "My First Invoice Item (created for API docs)"
    assert (record.discounts, record.taxes, record.balance_applied, record.billing) == ([], [], None, None)


def test_a_tax_rate(examples: dict[str, Object]) -> None:
    rate = examples["tax_rate"]
    tax = {"amount": 190, "tax_behavior": "exclusive", "tax_rate_details": {"tax_rate": rate["id"]}}
    invoice = {**examples["invoice"], "status": "open", "shipping_cost": None, "total_taxes": [tax]}
    invoice |= {"total": 1190, "amount_due": 1190}

    record = invoice_record(invoice, [], (), {rate["id"]: rate})

    assert record.taxes == [TaxRecord(title="VAT", amount=Money(190, "USD"), percentage="19")]


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
    assert captured.billing == BillingDetails(name="Jenny Rosen")


def test_a_subscription_with_its_period_on_the_item(examples: dict[str, Object]) -> None:
    example = examples["subscription"]
    item = example["items"]["data"][0]
    plain = {**item, "price": {**item["price"], "transform_quantity": None}}
    subscription = {**example, "pause_collection": None, "items": {"data": [plain]}}

    record = subscription_record(subscription, {"prod_QXg1hqf4jFNsqG": "Pro"})

    assert products_of([example]) == {"prod_QXg1hqf4jFNsqG"}
    assert (record.name, record.amount, record.interval_unit) == ("Pro", Money(2000, "USD"), "month")
    assert record.cancels_at
    assert record.trial_ends_at is None
    assert subscription_record(example, {}).state == SubscriptionState.PAUSED


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
