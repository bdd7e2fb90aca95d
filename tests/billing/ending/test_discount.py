"""Who was about to cancel pays less for some payments: exactly so many, exactly so much, and once in a life."""

from __future__ import annotations

import pytest

from paydesk.billing.arrangements.changes.discount_agreement import DiscountRefused
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.discount import Discount
from paydesk.config.truths.check import check_truths
from paydesk.kit import clock
from tests.billing.coming.desk import Desk, at_desk, let_policies, without_rows
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(simulator: Simulator) -> Desk:
    """Ada pays EUR 30.00 a month, next in ten days."""
    desk = at_desk(simulator)
    desk.start(first_day=desk.in_days(10))
    let_policies(desk, discount_percent=15, discount_payments=2)
    return desk


def test_what_is_taken_off_is_rounded_to_the_customers_favour() -> None:
    third = Discount(percent=33, first=3, count=2)
    assert [third.off(1000, position) for position in (2, 3, 4, 5)] == [0, 330, 330, 0]
    assert third.off(101, 3) == 34
    assert Discount(percent=90, first=1, count=1).off(1, 1) == 1


def test_the_next_two_payments_cost_less_and_the_one_after_them_what_it_did(desk: Desk) -> None:
    seen = desk.look_at("discount")
    assert [one.amount_minor for one in seen.before[:4]] == [3000, 3000, 3000, 3000]
    assert [one.amount_minor for one in seen.after[:4]] == [2550, 2550, 3000, 3000]
    desk.press_for("discount")
    assert without_rows(desk.coming()[:4]) == without_rows(list(seen.after[:4]))
    assert desk.told() == ["discounted"]
    for _ in range(3):
        desk.pass_days(31)
        desk.run()
    assert [row["amount_minor"] for row in desk.account.journal()] == [2550, 2550, 3000]
    made = Payment.objects.filter(merchant_id=desk.merchant.id, state="paid").order_by("position")
    assert [(one.breakdown or {}).get("discounts") for one in made] == [
        [{"title": "", "quantity": 1, "amount_minor": 450}],
        [{"title": "", "quantity": 1, "amount_minor": 450}],
        [],
    ]
    assert check_truths(desk.shop(), now=clock.wall_now()) == []


def test_it_is_had_once_and_not_for_what_has_no_price_to_lower(desk: Desk, simulator: Simulator) -> None:
    desk.press_for("discount")
    with pytest.raises(DiscountRefused, match="There is no discount for this"):
        desk.press_for("discount")
    assert desk.look_at("discount").refusal
    let_policies(desk, discount_percent=0)
    other = at_desk(simulator, slug="other")
    other.start_plan(first_day=other.in_days(10))
    with pytest.raises(DiscountRefused, match="There is no discount for this"):
        other.press_for("discount")
    assert other.coming()[0].amount_minor == other.next_payment().amount_minor


def test_a_pause_puts_it_off_and_a_skipped_payment_is_one_of_them(desk: Desk) -> None:
    desk.press_for("discount")
    desk.press_for("skip")
    assert [one.amount_minor for one in desk.coming()[:2]] == [2550, 3000]
    desk.press_for("pause", until=desk.in_days(80))
    desk.press_for("resume")
    assert [one.amount_minor for one in desk.coming()[:2]] == [2550, 3000]
    desk.press_for("unskip", Payment.objects.get(merchant_id=desk.merchant.id, state="skipped"))
    assert desk.coming()[0].amount_minor == 2550
