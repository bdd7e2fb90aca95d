"""Paying an invoice that Stripe collects: once, whatever it answers, and whatever the bank wants."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from paydesk.gateways.contract import (
    ChargeQuery,
    ChargeRequest,
    GatewayRefused,
    GatewayUnreachable,
    PreparedCharge,
)
from paydesk.gateways.records import CollectibleState, DeclineReason, Verdict
from paydesk.gateways.stripe.gateway import StripeGateway
from paydesk.kit.money import Money
from tests.stripe_scene import GOOD, NEEDS_3D_SECURE, PastDue, StripeScene

PAY = "/v1/invoices/[^/]+/pay"
LATER = timedelta(minutes=10)


def invoice_request(
    due: PastDue, gateway: StripeGateway, *, method: str = "", key: str = "", on_session: bool = True
) -> ChargeRequest:
    owed = gateway.read_collectible(due.failed_invoice)
    assert owed
    return ChargeRequest(
        key=key or f"key-{due.failed_invoice}",
        tag="attempt-1",
        amount=owed.amount,
        customer_reference=due.customer,
        method_reference=method,
        collectible=due.failed_invoice,
        on_session=on_session,
    )


def test_a_failed_invoice_is_paid_with_another_card_and_its_subscription_runs_on(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    due = stripe_scene.past_due()
    card = stripe_scene.card(due.customer, GOOD)

    outcome = gateway.confirm_charge(gateway.prepare_charge(invoice_request(due, gateway, method=card)))

    invoice, subscription = (
        gateway.read_collectible(due.failed_invoice),
        gateway.read_subscription(due.subscription),
    )
    assert outcome.verdict == Verdict.SUCCEEDED
    assert outcome.reference.startswith("ch_")
    assert invoice
    assert invoice.state == CollectibleState.PAID
    assert invoice.attempts[-1].reference == outcome.reference
    assert subscription
    assert subscription.state == "active"


def test_the_same_key_pays_once_however_often_and_at_once_it_is_asked(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    due = stripe_scene.past_due()
    card = stripe_scene.card(due.customer, GOOD)
    prepared = gateway.prepare_charge(invoice_request(due, gateway, method=card))

    with ThreadPoolExecutor(8) as presses:
        outcomes = list(presses.map(lambda _press: gateway.confirm_charge(prepared), range(8)))

    invoice = gateway.read_collectible(due.failed_invoice)
    assert {outcome.verdict for outcome in outcomes} == {Verdict.SUCCEEDED}
    assert len({outcome.reference for outcome in outcomes}) == 1
    assert invoice
    assert [one.outcome.verdict for one in invoice.attempts].count(Verdict.SUCCEEDED) == 1


@pytest.mark.parametrize("answer", ["402", "200 but still open"])
def test_a_declined_invoice_says_why_in_both_ways_that_stripe_answers(
    stripe_scene: StripeScene, gateway: StripeGateway, answer: str
) -> None:
    due = stripe_scene.past_due()
    stripe_scene.decline_with(due.method, "insufficient_funds")
    if answer != "402":
        stripe_scene.fail_next("POST", PAY, "declines_as_open")

    outcome = gateway.confirm_charge(gateway.prepare_charge(invoice_request(due, gateway)))

    assert outcome.verdict == Verdict.DECLINED
    assert outcome.decline
    assert outcome.decline.reason == DeclineReason.INSUFFICIENT_FUNDS
    assert outcome.reference.startswith("ch_")


def test_a_bank_that_wants_3d_secure_sends_the_customer_to_the_invoice_page_and_then_it_is_paid(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    due = stripe_scene.past_due()
    card = stripe_scene.card(due.customer, NEEDS_3D_SECURE)
    asked_at = datetime.now(UTC)
    prepared = gateway.prepare_charge(invoice_request(due, gateway, method=card))

    outcome = gateway.confirm_charge(prepared)
    stripe_scene.finish_3d_secure(outcome.action_url)

    query = ChargeQuery(collectible=due.failed_invoice, reference=prepared.reference, asked_at=asked_at)
    assert outcome.verdict == Verdict.NEEDS_CUSTOMER
    assert gateway.find_charge(query).verdict == Verdict.SUCCEEDED
    assert gateway.confirm_charge(prepared).verdict == Verdict.SUCCEEDED


def test_an_invoice_that_waits_for_the_bank_is_paid_with_another_card_instead_and_once(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    due = stripe_scene.past_due()
    asking, good = stripe_scene.card(due.customer, NEEDS_3D_SECURE), stripe_scene.card(due.customer, GOOD)
    waiting = gateway.prepare_charge(invoice_request(due, gateway, method=asking, key=f"a-{asking}"))
    gateway.confirm_charge(waiting)

    called_off = gateway.cancel_charge(waiting.reference)
    instead = gateway.prepare_charge(invoice_request(due, gateway, method=good, key=f"b-{asking}"))
    outcome = gateway.confirm_charge(instead)

    assert called_off.verdict == Verdict.DECLINED
    assert outcome.verdict == Verdict.SUCCEEDED
    assert gateway.cancel_charge(waiting.reference).verdict == Verdict.SUCCEEDED
    assert [one["status"] for one in stripe_scene.charges(due.customer)].count(
        "succeeded"
    ) == 2  # both invoices


def test_a_3d_secure_step_that_the_customer_failed_is_a_decline_and_the_next_ask_is_not_taken_for_it(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    due = stripe_scene.past_due()
    asking = stripe_scene.card(due.customer, NEEDS_3D_SECURE)
    failed = gateway.prepare_charge(invoice_request(due, gateway, method=asking, key=f"a-{asking}"))
    stripe_scene.finish_3d_secure(gateway.confirm_charge(failed).action_url, success=False)
    next_ask = gateway.prepare_charge(invoice_request(due, gateway, key=f"b-{asking}"))
    now = datetime.now(UTC)

    first = gateway.find_charge(
        ChargeQuery(collectible=due.failed_invoice, reference=failed.reference, asked_at=now)
    )
    second = gateway.find_charge(
        ChargeQuery(collectible=due.failed_invoice, reference=next_ask.reference, asked_at=now)
    )

    assert first.decline
    assert first.decline.reason == DeclineReason.AUTHENTICATION_FAILED
    assert second.verdict == Verdict.UNKNOWN


def test_an_invoice_that_was_paid_meanwhile_is_told_as_paid(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    due = stripe_scene.past_due()
    card = stripe_scene.card(due.customer, GOOD)
    prepared = gateway.prepare_charge(invoice_request(due, gateway, method=card, key=f"a-{due.customer}"))
    first = gateway.confirm_charge(prepared)

    again = PreparedCharge(
        request=ChargeRequest(
            key=f"b-{due.customer}",
            tag="attempt-2",
            amount=prepared.request.amount,
            customer_reference=due.customer,
            method_reference=card,
            collectible=due.failed_invoice,
        ),
        reference=prepared.reference,
    )

    assert gateway.confirm_charge(again).reference == first.reference


def test_an_invoice_over_another_amount_is_not_paid(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    due = stripe_scene.past_due()
    request = ChargeRequest(
        key="k",
        tag="t",
        amount=Money(1, "EUR"),
        customer_reference=due.customer,
        method_reference="",
        collectible=due.failed_invoice,
    )

    with pytest.raises(GatewayRefused, match="now about"):
        gateway.prepare_charge(request)


def test_a_card_that_is_gone_is_a_clear_no(stripe_scene: StripeScene, gateway: StripeGateway) -> None:
    due = stripe_scene.past_due()

    outcome = gateway.confirm_charge(gateway.prepare_charge(invoice_request(due, gateway, method="pm_gone")))

    assert outcome.verdict == Verdict.DECLINED
    assert outcome.decline
    assert outcome.decline.reason == DeclineReason.METHOD_GONE


@pytest.mark.parametrize(
    ("fault", "truth"),
    [
        ("lost_before", Verdict.NEVER_SEEN),
        ("500", Verdict.NEVER_SEEN),
        ("429", Verdict.NEVER_SEEN),
        ("409", Verdict.NEVER_SEEN),
        ("lost_after", Verdict.SUCCEEDED),
    ],
)
def test_no_answer_is_doubt_and_a_look_later_tells_the_truth(
    stripe_scene: StripeScene, gateway: StripeGateway, fault: str, truth: Verdict
) -> None:
    due = stripe_scene.past_due()
    card = stripe_scene.card(due.customer, GOOD)
    prepared = gateway.prepare_charge(invoice_request(due, gateway, method=card))
    asked_at = datetime.now(UTC)
    stripe_scene.fail_next("POST", PAY, fault)

    with pytest.raises(GatewayUnreachable):
        gateway.confirm_charge(prepared)

    query = ChargeQuery(collectible=due.failed_invoice, reference=prepared.reference, asked_at=asked_at)
    later = StripeGateway(stripe_scene.settings(now=lambda: datetime.now(UTC) + LATER))
    assert gateway.find_charge(query).verdict in (Verdict.UNKNOWN, Verdict.SUCCEEDED)
    assert later.find_charge(query).verdict == truth


def test_a_slow_answer_is_doubt(stripe_scene: StripeScene) -> None:
    hasty = StripeGateway(stripe_scene.settings(timeout=timedelta(seconds=1)))
    due = stripe_scene.past_due()
    prepared = hasty.prepare_charge(invoice_request(due, hasty, method=stripe_scene.card(due.customer, GOOD)))
    stripe_scene.fail_next("POST", PAY, "slow", seconds=3)

    with pytest.raises(GatewayUnreachable):
        hasty.confirm_charge(prepared)


def test_an_older_decline_is_not_taken_for_the_answer_to_a_later_ask(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    due = stripe_scene.past_due()
    prepared = gateway.prepare_charge(invoice_request(due, gateway))
    query = ChargeQuery(
        collectible=due.failed_invoice, reference=prepared.reference, asked_at=datetime.now(UTC)
    )

    later = StripeGateway(stripe_scene.settings(now=lambda: datetime.now(UTC) + LATER))

    assert gateway.find_charge(query).verdict == Verdict.UNKNOWN
    assert later.find_charge(query).verdict == Verdict.NEVER_SEEN
