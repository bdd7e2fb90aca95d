"""Charges of our own at Stripe, and refunds."""

from datetime import UTC, datetime, timedelta

import pytest

from paydesk.gateways.contract import (
    Capability,
    ChargeQuery,
    ChargeRequest,
    GatewayRefused,
    RefundRequest,
)
from paydesk.gateways.records import CollectibleState, DeclineReason, Verdict
from paydesk.gateways.stripe.gateway import StripeGateway
from paydesk.kit.money import Money
from tests.stripe_scene import DECLINED_WHEN_CHARGED, GOOD, NEEDS_3D_SECURE, StripeScene

LATER = timedelta(minutes=10)


def own_request(
    customer: str, method: str, *, on_session: bool = True, return_url: str = "", tag: str = "attempt-9"
) -> ChargeRequest:
    return ChargeRequest(
        key=f"key-{customer}-{tag}",
        tag=tag,
        amount=Money(2500, "EUR"),
        customer_reference=customer,
        method_reference=method,
        on_session=on_session,
        return_url=return_url,
    )


def test_a_charge_of_our_own_is_prepared_without_money_and_confirmed_once(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    customer = stripe_scene.customer()
    card = stripe_scene.card(customer)

    prepared = gateway.prepare_charge(own_request(customer, card))
    before = gateway.list_history(customer).records
    outcome = gateway.confirm_charge(prepared)
    again = gateway.confirm_charge(prepared)

    (paid,) = gateway.list_history(customer).records
    assert before == []
    assert (outcome.verdict, outcome.amount) == (Verdict.SUCCEEDED, Money(2500, "EUR"))
    assert again.reference == outcome.reference == paid.reference
    assert paid.attempts[0].tag == "attempt-9"


def test_our_own_charge_is_declined_with_a_reason_and_found_by_reference_and_by_tag(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    customer = stripe_scene.customer()
    card = stripe_scene.card(customer, DECLINED_WHEN_CHARGED)
    stripe_scene.decline_with(card, "lost_card")
    prepared = gateway.prepare_charge(own_request(customer, card, on_session=False, tag=f"tag-{customer}"))
    asked_at = datetime.now(UTC)

    outcome = gateway.confirm_charge(prepared)
    by_reference = gateway.find_charge(ChargeQuery(reference=prepared.reference, asked_at=asked_at))
    by_tag = gateway.find_charge(ChargeQuery(tag=f"tag-{customer}", asked_at=asked_at))

    assert outcome.decline
    assert outcome.decline.reason == DeclineReason.LOST_OR_STOLEN
    (kept,) = gateway.list_history(customer).records
    assert kept.state == CollectibleState.CANCELED  # without an invoice nobody owes it
    assert Capability.RETRY_COLLECTIBLE not in gateway.capabilities(kept)
    assert outcome.verdict == by_reference.verdict == by_tag.verdict == Verdict.DECLINED
    assert outcome.reference == by_reference.reference == by_tag.reference


def test_a_prepared_charge_that_was_never_confirmed_was_never_seen(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    customer = stripe_scene.customer()
    prepared = gateway.prepare_charge(own_request(customer, stripe_scene.card(customer)))
    later = StripeGateway(stripe_scene.settings(now=lambda: datetime.now(UTC) + LATER))

    query = ChargeQuery(reference=prepared.reference, asked_at=datetime.now(UTC))

    assert gateway.find_charge(query).verdict == Verdict.UNKNOWN
    assert later.find_charge(query).verdict == Verdict.NEVER_SEEN


def test_our_own_charge_that_needs_3d_secure_has_a_page_and_can_be_cancelled(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    customer = stripe_scene.customer()
    card = stripe_scene.card(customer, NEEDS_3D_SECURE)
    back = f"{stripe_scene.url}/_violations"
    passed = gateway.prepare_charge(own_request(customer, card, return_url=back, tag="passed"))
    left = gateway.prepare_charge(own_request(customer, card, return_url=back, tag="left"))

    outcome = gateway.confirm_charge(passed)
    stripe_scene.finish_3d_secure(outcome.action_url)
    waiting = gateway.confirm_charge(left)
    ended = gateway.cancel_charge(left.reference)

    asked_at = datetime.now(UTC)
    assert outcome.verdict == waiting.verdict == Verdict.NEEDS_CUSTOMER
    assert (
        gateway.find_charge(ChargeQuery(reference=passed.reference, asked_at=asked_at)).verdict == "succeeded"
    )
    assert ended.verdict == Verdict.DECLINED
    assert gateway.cancel_charge(passed.reference).verdict == Verdict.SUCCEEDED


def test_a_bank_that_wants_the_customer_while_they_are_away_is_not_a_decline(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    customer = stripe_scene.customer()
    card = stripe_scene.card(customer, NEEDS_3D_SECURE)

    outcome = gateway.confirm_charge(gateway.prepare_charge(own_request(customer, card, on_session=False)))

    assert outcome.verdict == Verdict.NEEDS_CUSTOMER


def test_an_unknown_charge_is_never_seen_only_when_it_surely_never_was(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    now = datetime.now(UTC)

    just_asked = gateway.find_charge(ChargeQuery(tag="nobody", asked_at=now))
    long_ago = gateway.find_charge(ChargeQuery(tag="nobody", asked_at=now - timedelta(hours=2)))

    assert (just_asked.verdict, long_ago.verdict) == (Verdict.UNKNOWN, Verdict.NEVER_SEEN)


def test_a_refund_is_made_once_found_again_and_never_more_than_was_paid(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    charge = stripe_scene.charge(stripe_scene.customer(card=GOOD), amount=1500)
    request = RefundRequest(
        key=f"refund-{charge}", tag="refund-1", charge_reference=charge, amount=Money(500, "EUR")
    )

    made, again = gateway.refund(request), gateway.refund(request)

    found = gateway.find_refund(tag="refund-1", charge_reference=charge)
    collectible = gateway.read_collectible(charge)
    assert made == again == found == gateway.find_refund(reference=made.reference)
    assert made.state == "succeeded"
    assert collectible
    assert [refund.amount for refund in collectible.refunds] == [Money(500, "EUR")]
    with pytest.raises(GatewayRefused):
        gateway.refund(
            RefundRequest(key="too-much", tag="x", charge_reference=charge, amount=Money(1500, "EUR"))
        )
