"""A company that collects is asked to charge less: so much, for so many payments, and once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from paydesk.billing.arrangements.carry_out import LEASE
from paydesk.billing.arrangements.changes.change import Changed
from paydesk.billing.arrangements.changes.discount_agreement import (
    DiscountRefused,
    discount_agreement,
    preview_discount,
)
from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.mirror import subscription_facts
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.merchants.connect import connect
from paydesk.merchants.find import merchant_by_id
from paydesk.merchants.models import Merchant
from tests.connected import Connected, connected, work_off
from tests.side_by_side import side_by_side
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    """Ada's studio costs EUR 19.00 a month, the company collects it, and its merchant takes 15 % off two payments."""
    scene = connected(simulator, card="good")
    scene.account.subscription(scene.customer, name="Studio")
    scene.take_over()
    let_policies(scene, discount_percent=15, discount_payments=2)
    return scene


def let_policies(scene: Connected, **policies: int) -> None:
    Merchant.objects.filter(id=scene.merchant.id).update(policies=policies)


def studio(scene: Connected) -> Subscription:
    return Subscription.objects.get(merchant_id=scene.merchant.id, name="Studio")


def about(scene: Connected) -> dict[str, Any]:
    return {
        "merchant": merchant_by_id(scene.merchant.id),
        "customer_id": studio(scene).customer_id or 0,
        "subscription_public_id": studio(scene).public_id,
    }


def press(scene: Connected) -> Changed:
    return discount_agreement(**about(scene), now=clock.wall_now())


def coming(scene: Connected, *, is_after: bool = False) -> list[int]:
    """List the next amounts as they stand, or as the page with the offer foretells them."""
    seen = preview_discount(**about(scene))
    return [one.amount_minor for one in (seen.after if is_after else seen.before)[:4]]


def billed(scene: Connected) -> list[int]:
    rows = Payment.objects.filter(merchant_id=scene.merchant.id, title="Studio").order_by("due_at")
    return list(rows.values_list("amount_minor", flat=True))


def test_the_next_two_payments_cost_less_as_it_was_shown(clay: Connected) -> None:
    assert coming(clay) == [1900] * 4
    foretold = coming(clay, is_after=True)

    changed = press(clay)

    assert (changed.is_news, changed.is_confirmed) == (True, True)
    assert foretold == coming(clay) == [1615, 1615, 1900, 1900]
    for _ in range(3):
        clay.account.advance(days=31)
    clay.take_over()
    assert billed(clay) == [1900, 1615, 1615, 1900]
    assert studio(clay).discount_percent == 0
    first = Payment.objects.filter(merchant_id=clay.merchant.id, title="Studio").order_by("due_at")[1]
    assert [one["amount_minor"] for one in (first.breakdown or {})["discounts"]] == [285]


def test_it_is_had_once_though_it_is_over(clay: Connected) -> None:
    press(clay)
    with pytest.raises(DiscountRefused, match="There is no discount for this"):
        press(clay)
    for _ in range(3):
        clay.account.advance(days=31)
    clay.take_over()

    with pytest.raises(DiscountRefused, match="There is no discount for this"):
        press(clay)


def test_a_plan_and_a_merchant_without_a_discount_have_none(clay: Connected) -> None:
    let_policies(clay, discount_percent=0)
    assert preview_discount(**about(clay)).refusal
    let_policies(clay, discount_percent=15)
    Subscription.objects.filter(merchant_id=clay.merchant.id).update(payments_total=12)
    assert preview_discount(**about(clay)).refusal


@pytest.mark.parametrize("fault", ["lost_before", "lost_after", "error_before"])
def test_an_answer_that_is_lost_takes_it_off_once(clay: Connected, fault: str) -> None:
    clay.account.fault(fault, operation="subscription.discount")

    changed = press(clay)
    assert (changed.is_news, changed.is_confirmed) == (True, False)
    assert not press(clay).is_news
    mine = ScheduledAction.objects.filter(merchant_id=clay.merchant.id)
    mine.update(due_at=clock.wall_now() - LEASE)
    mine.filter(lease_until__isnull=False).update(lease_until=clock.wall_now() - LEASE)
    work_off("actions")

    assert mine.get().state == "done"
    assert coming(clay) == [1615, 1615, 1900, 1900]


def test_two_tabs_take_it_off_once(clay: Connected) -> None:
    side_by_side(*[lambda: press(clay)] * 3)

    assert ScheduledAction.objects.filter(merchant_id=clay.merchant.id, state="done").count() == 1
    clay.account.advance(days=31 + 31 + 31)
    clay.take_over()
    assert billed(clay) == [1900, 1615, 1615, 1900]


def test_what_the_company_says_no_to_costs_what_it_did(clay: Connected) -> None:
    clay.account.api(f"/subscriptions/{studio(clay).reference}/pause", key="pause", until=None)
    before = billed(clay)

    with pytest.raises(DiscountRefused, match="does not do this"):
        press(clay)

    assert (studio(clay).discount_percent, billed(clay)) == (0, before)
    assert studio(clay).discount_ends_at is None


def test_one_that_ends_at_a_moment_of_the_day_ends_before_the_bill_of_that_day(clay: Connected) -> None:
    row = studio(clay)
    assert row.next_payment_at is not None
    press(clay)
    ends_at = studio(clay).discount_ends_at
    assert ends_at is not None
    mine = Subscription.objects.filter(merchant_id=clay.merchant.id)
    mine.update(discount_ends_at=ends_at + timedelta(minutes=1))
    assert coming(clay) == [1615, 1615, 1615, 1900]
    mine.update(discount_ends_at=ends_at - timedelta(hours=3))
    assert coming(clay) == [1615, 1615, 1900, 1900]


@pytest.mark.parametrize(
    ("percent", "ends_after", "said"),
    [(20, timedelta(days=1), 1520), (20, None, 1520), (20, -timedelta(days=1), None), (0, None, None)],
)
def test_what_a_company_does_not_foretell_is_the_usual_amount_less_what_it_takes_off(
    clay: Connected, percent: int, ends_after: timedelta | None, said: int | None
) -> None:
    gateway = connect(clay.connection, merchant=merchant_by_id(clay.merchant.id))
    record = gateway.read_subscription(studio(clay).reference)
    owner = studio(clay).gateway_customer
    assert record is not None
    assert owner is not None
    assert record.next_payment_at is not None
    unsaid = replace(
        record,
        next_amount=None,
        discount_percent=percent,
        discount_ends_at=record.next_payment_at + ends_after if ends_after is not None else None,
    )

    facts = subscription_facts(
        owner=owner, record=unsaid, method_id=None, capabilities=(), observed_at=clock.wall_now()
    )

    assert facts["next_amount_minor"] == said
