"""A payment is moved inside the merchant's window, or skipped: nothing else moves, and nothing is charged twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paydesk.billing.arrangements.changes.move_payment import MoveRefused
from paydesk.billing.arrangements.changes.skip_payment import SkipRefused
from paydesk.billing.payments.models import DueCharge, Payment
from tests.billing.coming.desk import Desk, at_desk, let_policies
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(simulator: Simulator) -> Desk:
    """Ada's next payment is due in ten days, and then each month."""
    desk = at_desk(simulator)
    desk.start(first_day=desk.in_days(10))
    return desk


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "Choose tomorrow or a later day"),
        (-3, "Choose tomorrow or a later day"),
        (25, "by 14 days at most"),
    ],
)
def test_a_day_outside_the_window_is_refused(desk: Desk, days: int, words: str) -> None:
    with pytest.raises(MoveRefused, match=words):
        desk.press_for("move", to=desk.in_days(days))
    assert desk.next_payment().due_date == desk.in_days(10)


def test_a_payment_never_passes_the_one_after_it_or_before_it(simulator: Simulator) -> None:
    desk = at_desk(simulator)
    desk.start_plan(interval_unit="week", first_day=desk.in_days(3))
    first, second, third = desk.payments()[:3]

    with pytest.raises(MoveRefused, match="the payment after it is due"):
        desk.press_for("move", second, to=third.due_date)
    with pytest.raises(MoveRefused, match="the payment before it is due"):
        desk.press_for("move", second, to=first.due_date)
    assert desk.press_for("move", second, to=desk.in_days(4)).is_news


def test_where_the_merchant_does_not_want_it_nothing_is_moved_or_skipped(desk: Desk) -> None:
    let_policies(desk, move_days=0, skip_in_a_row=0)

    with pytest.raises(MoveRefused, match="cannot be moved here"):
        desk.press_for("move", to=desk.in_days(11))
    with pytest.raises(SkipRefused, match="cannot be skipped here"):
        desk.press_for("skip")


def test_what_is_moved_is_charged_on_its_new_day_and_the_days_after_it_stay(desk: Desk) -> None:
    planned = desk.days()
    moved = desk.next_payment()

    changed = desk.press_for("move", to=desk.in_days(14))

    assert changed.is_news
    assert desk.days() == [desk.in_days(14), *planned[1:]]
    assert (
        changed.subscription.next_payment_at
        == Payment.objects.get(merchant_id=desk.merchant.id, id=moved.id).due_at
    )
    desk.pass_days(11)
    assert desk.moved() == []
    desk.pass_days(3)
    assert len(desk.moved()) == 1
    assert desk.days()[0] == planned[1]


def test_what_is_moved_forward_is_charged_earlier(desk: Desk) -> None:
    desk.press_for("move", to=desk.in_days(1))
    desk.pass_days(1)
    assert len(desk.moved()) == 1


def test_pressed_twice_the_second_finds_it_done(desk: Desk) -> None:
    assert desk.press_for("move", to=desk.in_days(12)).is_news
    assert not desk.press_for("move", to=desk.in_days(12)).is_news
    assert desk.told() == ["moved"]


def test_the_window_is_about_the_day_of_the_plan_however_often_it_is_moved(desk: Desk) -> None:
    planned = desk.next_payment().due_date
    assert planned is not None
    desk.press_for("move", to=planned + timedelta(days=14))

    with pytest.raises(MoveRefused, match="by 14 days at most"):
        desk.press_for("move", to=planned + timedelta(days=15))
    desk.press_for("move", to=planned)
    assert desk.next_payment().due_date == planned


def test_a_payment_whose_day_has_come_stays(desk: Desk) -> None:
    paid = desk.next_payment()
    desk.pass_days(10)

    for what in ("move", "skip"):
        with pytest.raises((MoveRefused, SkipRefused)):
            desk.press_for(what, paid, **({"to": desk.in_days(2)} if what == "move" else {}))


def test_what_is_skipped_is_never_charged_and_the_next_one_is(desk: Desk) -> None:
    planned = desk.days()

    assert desk.press_for("skip").is_news

    assert desk.days() == planned[1:]
    skipped, following = desk.payments()
    assert (skipped.state, skipped.owed_minor, following.state) == ("skipped", 0, "scheduled")
    assert not DueCharge.objects.filter(payment_id=skipped.id, due_at__isnull=False).exists()
    assert not desk.press_for("skip", skipped).is_news
    desk.pass_days(41)
    assert len(desk.moved()) == 1
    assert desk.told() == ["skipped"]


def test_only_so_many_are_skipped_in_a_row_and_only_the_next(desk: Desk) -> None:
    desk.press_for("skip")
    with pytest.raises(SkipRefused, match="Only 1 payment in a row"):
        desk.press_for("skip")

    let_policies(desk, skip_in_a_row=2)
    desk.press_for("skip")
    with pytest.raises(SkipRefused, match="Only 2 payments in a row"):
        desk.press_for("skip")


def test_a_payment_of_a_plan_is_not_skipped(simulator: Simulator) -> None:
    desk = at_desk(simulator)
    desk.start_plan(first_day=desk.in_days(3))
    with pytest.raises(SkipRefused, match="all of them are owed"):
        desk.press_for("skip")


def test_a_skip_is_taken_back_until_its_day(desk: Desk) -> None:
    planned = desk.days()
    skipped = desk.next_payment()
    desk.press_for("skip")

    assert desk.press_for("unskip", skipped).is_news
    assert not desk.press_for("unskip", skipped).is_news
    assert desk.days() == planned

    desk.press_for("skip", skipped)
    desk.pass_days(10)
    with pytest.raises(SkipRefused, match="too late"):
        desk.press_for("unskip", skipped)
    assert desk.moved() == []


def test_nobody_changes_what_another_pays(desk: Desk) -> None:
    payment = desk.next_payment()
    Payment.objects.filter(merchant_id=desk.merchant.id).update(customer_id=None)
    with pytest.raises(Payment.DoesNotExist):
        desk.press_for("move", payment, to=desk.in_days(12))
    with pytest.raises(Payment.DoesNotExist):
        desk.press_for("skip", payment)
