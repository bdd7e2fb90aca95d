"""Two tabs, and the charge run at the same moment: one of them is first, and nothing is charged that was taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from paydesk.billing.arrangements.changes.change import Changed, ChangeRefused
from paydesk.billing.arrangements.models import AskedBy, ScheduledAction
from paydesk.billing.payments.models import Attempt, DueCharge, Payment
from paydesk.config.truths.check import check_truths
from paydesk.kit import clock
from paydesk.merchants.models import ClockOffset
from tests.billing.arrangements.studio import switch
from tests.billing.coming.desk import Desk, agreement_state, at_desk
from tests.connected import work_off
from tests.side_by_side import side_by_side
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

_ROUNDS = 3


@pytest.fixture
def desk(simulator: Simulator) -> Desk:
    """Ada's next payment is due in ten days, and then each month."""
    desk = at_desk(simulator)
    desk.start(first_day=desk.in_days(10))
    return desk


def refused_or_done(step: Callable[[], Changed]) -> Callable[[], None]:
    """Press, and take a refusal for an answer."""

    def press() -> None:
        try:
            step()
        except ChangeRefused:
            return

    return press


def let_day_come(desk: Desk) -> None:
    """Let the day of the next payment come without anybody charging it yet."""
    days = (desk.next_payment().due_date - desk.today()).days  # type: ignore[operator]
    offset, _ = ClockOffset.objects.get_or_create(merchant_id=desk.merchant.id, defaults={"seconds": 0})
    ClockOffset.objects.filter(merchant_id=desk.merchant.id).update(
        seconds=offset.seconds + int(timedelta(days=days).total_seconds())
    )
    desk.account.advance(days=days)
    DueCharge.objects.filter(
        merchant_id=desk.merchant.id, due_at__isnull=False, payment_id=desk.next_payment().id
    ).update(due_at=clock.wall_now())


def attempts_after_cancel(desk: Desk) -> list[Attempt]:
    ended_at = desk.agreement().ended_at
    assert ended_at is not None
    mine = Attempt.objects.filter(merchant_id=desk.merchant.id)
    return [one for one in mine if one.created_at + desk.shop().clock_offset > ended_at]


@pytest.mark.parametrize("_round", range(_ROUNDS))
def test_cancelled_in_the_moment_of_the_charge_it_is_charged_before_or_never(desk: Desk, _round: int) -> None:
    let_day_come(desk)

    troubles = side_by_side(
        lambda: work_off("charges"),
        refused_or_done(lambda: desk.press_for("cancel", when="now")),
    )

    assert troubles == []
    assert agreement_state(desk) == "canceled"
    assert "scheduled" not in desk.states()
    assert len(desk.moved()) == desk.states().count("paid") <= 1
    before = desk.moved()
    desk.pass_days(70)
    assert desk.moved() == before
    assert check_truths(desk.shop(), now=clock.wall_now()) == []


@pytest.mark.parametrize("what", ["pause", "skip", "move", "at_end"])
def test_changed_in_the_moment_of_the_charge_one_of_them_is_first(desk: Desk, what: str) -> None:
    chosen: dict[str, dict[str, Any]] = {"move": {"to": desk.in_days(20)}, "at_end": {"when": "at_end"}}
    given = chosen.get(what, {})
    button = "cancel" if what == "at_end" else what
    payment = desk.next_payment()
    let_day_come(desk)

    troubles = side_by_side(
        lambda: work_off("charges"),
        refused_or_done(lambda: desk.press_for(button, payment, **given)),
    )

    assert troubles == []
    desk.run()
    assert desk.moved() == desk.charged()
    assert len(desk.moved()) == desk.states().count("paid") <= 1
    payment.refresh_from_db()
    # Its day had come: it is not moved, skipped or put off any more, whoever is first.
    assert payment.state in ({"paid", "canceled"} if what == "at_end" else {"paid"})


def test_a_plan_that_is_changed_during_a_charge_stays_owed_to_the_cent(simulator: Simulator) -> None:
    desk = at_desk(simulator)
    desk.start_plan(price=30000, count=3, first_day=desk.in_days(10))
    let_day_come(desk)
    later = desk.payments()[1]

    troubles = side_by_side(
        lambda: work_off("charges"),
        refused_or_done(lambda: desk.press_for("pause", until=desk.in_days(60))),
        refused_or_done(lambda: desk.press_for("move", later, to=later.due_date + timedelta(days=3))),  # type: ignore[operator]
    )

    assert troubles == []
    assert sum(one.amount_minor for one in desk.payments()) == 30000
    desk.pass_days(200)
    assert (desk.moved_minor(), agreement_state(desk)) == (30000, "completed")


def test_two_tabs_change_it_once(desk: Desk) -> None:
    pressed: list[Changed] = []
    payment = desk.next_payment()

    troubles = side_by_side(*[lambda: pressed.append(desk.press_for("skip", payment))] * 3)

    assert troubles == []
    assert sum(one.is_news for one in pressed) == 1
    assert desk.states() == ["skipped", "scheduled"]
    assert desk.told() == ["skipped"]


def test_two_tabs_that_want_different_things_leave_one_thing_before_it(desk: Desk) -> None:
    troubles = side_by_side(
        refused_or_done(lambda: desk.press_for("pause", until=desk.in_days(40))),
        refused_or_done(lambda: desk.press_for("cancel", when="at_end")),
    )

    assert troubles == []
    mine = ScheduledAction.objects.filter(merchant_id=desk.merchant.id, state="open")
    assert mine.count() == 1


def test_an_end_that_comes_while_it_is_taken_back_has_come_or_has_not(desk: Desk) -> None:
    desk.press_for("cancel", when="at_end")
    payment = desk.next_payment()
    let_day_come(desk)
    ScheduledAction.objects.filter(merchant_id=desk.merchant.id).update(due_at=clock.wall_now())

    troubles = side_by_side(
        lambda: work_off("actions"),
        refused_or_done(lambda: desk.press_for("undo")),
        lambda: work_off("charges"),
    )

    assert troubles == []
    desk.run()
    payment.refresh_from_db()
    assert (agreement_state(desk), payment.state) in {("canceled", "canceled"), ("active", "paid")}
    assert len(desk.moved()) == (1 if payment.state == "paid" else 0)


def test_another_card_in_the_moment_of_the_charge_is_charged_once(desk: Desk) -> None:
    card = desk.save_card("good")
    let_day_come(desk)

    troubles = side_by_side(lambda: work_off("charges"), lambda: switch(desk, card, "Kiln sharing"))

    assert troubles == []
    assert len(desk.moved()) == 1
    assert Payment.objects.filter(merchant_id=desk.merchant.id, state="paid").count() == 1


def test_staff_and_the_customer_end_it_once(desk: Desk) -> None:
    pressed: list[Changed] = []

    troubles = side_by_side(
        lambda: pressed.append(desk.press_for("cancel", when="now")),
        lambda: pressed.append(desk.press_for("cancel", when="now", asked_by=AskedBy.STAFF)),
    )

    assert troubles == []
    assert sum(one.is_news for one in pressed) == 1
    assert attempts_after_cancel(desk) == []
