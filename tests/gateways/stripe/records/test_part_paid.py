"""Of an invoice that somebody pays in parts the rest is asked for, and a part is never taken for what we asked for."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
import stripe

from paydesk.gateways.contract import ChargeQuery, ChargeRequest, PreparedCharge
from paydesk.gateways.records import CollectibleState, Outcome, Verdict
from paydesk.gateways.stripe.collectibles import invoice_record
from paydesk.gateways.stripe.gateway import StripeGateway
from paydesk.kit.money import Money
from tests.gateways.stripe.exam_scene import StripeExamScene
from tests.gateways.stripe.records.test_breakdown import Bill
from tests.stripe_scene import NEEDS_3D_SECURE, Object, StripeScene

WHOLE, PART, REST = Money(4900, "EUR"), Money(2000, "EUR"), Money(2900, "EUR")


@pytest.mark.parametrize(
    ("status", "remaining", "owed"),
    [("open", 1000, None), ("open", 600, Money(600, "EUR")), ("paid", 0, None), ("uncollectible", 600, None)],
)
def test_what_is_owed_is_what_remains(status: str, remaining: int, owed: Money | None) -> None:
    part: Object = {
        "id": "ch_1",
        "status": "succeeded",
        "amount": 400,
        "currency": "eur",
        "created": 1790000000,
    }
    record = invoice_record(Bill(status=status).invoice(amount_remaining=remaining), [part])

    assert (record.owed, record.amount) == (owed, Money(1000, "EUR"))


def _prepared(
    gateway: StripeGateway, customer: str, invoice: str, method: str, *, amount: Money = WHOLE
) -> PreparedCharge:
    return gateway.prepare_charge(
        ChargeRequest(
            key=str(uuid4()),
            tag="attempt-1",
            amount=amount,
            customer_reference=customer,
            method_reference=method,
            collectible=invoice,
        )
    )


def _looked_up(gateway: StripeGateway, prepared: PreparedCharge) -> Outcome:
    return gateway.find_charge(
        ChargeQuery(
            reference=prepared.reference,
            collectible=prepared.request.collectible,
            asked_at=datetime.now(UTC),
        )
    )


def test_a_part_that_somebody_pays_while_our_step_waits_is_no_answer_to_our_ask(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    scene = StripeExamScene(stripe_scene)
    customer = scene.customer()
    invoice = scene.owed(customer, WHOLE)
    prepared = _prepared(gateway, customer, invoice, stripe_scene.card(customer, NEEDS_3D_SECURE))
    assert gateway.confirm_charge(prepared).verdict is Verdict.NEEDS_CUSTOMER
    scene.pay_part(invoice, customer, WHOLE, PART)

    assert _looked_up(gateway, prepared).verdict is Verdict.NEEDS_CUSTOMER
    assert gateway.cancel_charge(prepared.reference).verdict is Verdict.DECLINED


def test_a_part_that_was_declined_while_our_step_waits_is_no_decline_of_ours(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    scene = StripeExamScene(stripe_scene)
    customer = scene.customer()
    invoice = scene.owed(customer, WHOLE)
    prepared = _prepared(gateway, customer, invoice, stripe_scene.card(customer, NEEDS_3D_SECURE))
    gateway.confirm_charge(prepared)
    part = scene.begin_part(customer, PART, scene.declining_method(customer))
    with pytest.raises(stripe.CardError):
        stripe_scene.client.v1.payment_intents.confirm(part)
    payment = {"status": "open", "payment": {"type": "payment_intent", "payment_intent": part}}
    stripe_scene.say_of(invoice, payments={"data": [payment]})

    assert _looked_up(gateway, prepared).verdict is Verdict.NEEDS_CUSTOMER


@pytest.mark.parametrize("part_comes", ["before we ask", "while our step waits"])
def test_a_part_beside_which_the_rest_was_paid_outside_is_no_answer_either(
    stripe_scene: StripeScene, gateway: StripeGateway, part_comes: str
) -> None:
    scene = StripeExamScene(stripe_scene)
    if part_comes == "before we ask":
        customer, invoice = scene.part_paid(WHOLE, PART)
    else:
        customer = scene.customer()
        invoice = scene.owed(customer, REST)
    asks = stripe_scene.card(customer, NEEDS_3D_SECURE)
    prepared = _prepared(gateway, customer, invoice, asks, amount=REST)
    gateway.confirm_charge(prepared)
    if part_comes != "before we ask":
        scene.pay_part(invoice, customer, WHOLE, PART)
    stripe_scene.say_of(invoice, status="paid", amount_remaining=0, amount_paid=WHOLE.minor)

    found = _looked_up(gateway, prepared)
    assert (found.verdict, found.reference) == (Verdict.SUCCEEDED, "")
    assert gateway.cancel_charge(prepared.reference).reference == ""
    read = gateway.read_collectible(invoice)
    assert read
    assert read.state is CollectibleState.PAID


def test_what_we_took_is_what_a_part_had_left(stripe_scene: StripeScene, gateway: StripeGateway) -> None:
    scene = StripeExamScene(stripe_scene)
    customer = scene.customer()
    invoice = scene.owed(customer, REST)
    prepared = _prepared(gateway, customer, invoice, scene.good_method(customer), amount=REST)
    desk = scene.pay_part(invoice, customer, WHOLE, PART)

    outcome = gateway.confirm_charge(prepared)

    assert (outcome.verdict, outcome.amount) == (Verdict.SUCCEEDED, REST)
    assert outcome.reference not in ("", desk)
