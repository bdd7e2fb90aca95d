"""A pause puts off what is to come by whole intervals, and keeps the days anchored."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from paydesk.billing.arrangements.changes.move_payment import MoveRefused
from paydesk.billing.arrangements.changes.pause_agreement import PauseRefused
from paydesk.billing.arrangements.changes.resume_agreement import ResumeRefused
from paydesk.billing.subscriptions.schedule import Rhythm
from paydesk.kit.money import Money
from tests.billing.coming.desk import Desk, agreement_state, at_desk, let_policies
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(simulator: Simulator) -> Desk:
    """Ada's next payment is due in ten days, and then each month."""
    desk = at_desk(simulator)
    desk.start(first_day=desk.in_days(10))
    return desk


def monthly(first: date, count: int) -> list[date]:
    rhythm = Rhythm(unit="month", count=1, anchor=first)
    return [rhythm.day(index) for index in range(count)]


def test_days_beyond_what_the_merchant_allows_are_refused(desk: Desk) -> None:
    with pytest.raises(PauseRefused, match="90 days at most"):
        desk.press_for("pause", until=desk.in_days(91))
    with pytest.raises(PauseRefused, match="tomorrow or a later day"):
        desk.press_for("pause", until=desk.in_days(0))
    let_policies(desk, pause_days=0)
    with pytest.raises(PauseRefused, match="cannot be paused here"):
        desk.press_for("pause")
    assert agreement_state(desk) == "active"


def test_what_falls_into_the_pause_is_put_off_to_the_first_day_after_it(desk: Desk) -> None:
    planned = desk.days()

    assert desk.press_for("pause", until=desk.in_days(30)).is_news

    assert (agreement_state(desk), desk.actions()) == ("paused", [("resume", "open")])
    assert desk.days()[:11] == planned[1:12]
    assert desk.days()[:3] == monthly(planned[0], 4)[1:]
    desk.pass_days(29)
    assert (agreement_state(desk), desk.moved()) == ("paused", [])
    desk.pass_days(2)
    assert (agreement_state(desk), desk.actions()) == ("active", [("resume", "done")])
    assert desk.moved() == []
    desk.pass_days(11)
    assert len(desk.moved()) == 1
    assert desk.told() == ["paused", "resumed"]


def test_a_pause_into_which_nothing_falls_puts_nothing_off(desk: Desk) -> None:
    planned = desk.days()
    desk.press_for("pause", until=desk.in_days(10))
    assert desk.days() == planned
    desk.pass_days(10)
    assert (agreement_state(desk), len(desk.moved())) == ("active", 1)


def test_without_a_day_it_pauses_as_long_as_the_merchant_allows(desk: Desk) -> None:
    desk.press_for("pause")
    assert desk.days()[0] >= desk.in_days(90)
    assert not desk.press_for("pause").is_news


def test_of_a_plan_all_payments_to_come_are_put_off_and_all_stay_owed(simulator: Simulator) -> None:
    desk = at_desk(simulator)
    desk.start_plan(price=30000, count=3, first_day=desk.in_days(10))
    planned = desk.days()

    desk.press_for("pause", until=desk.in_days(60))

    assert desk.days() == monthly(planned[0], 5)[2:]
    assert sum(one.amount_minor for one in desk.coming()) == 30000
    desk.pass_days(150)
    assert desk.moved_minor() == 30000
    assert agreement_state(desk) == "completed"


def test_what_is_overdue_stays_owed_and_can_be_paid_in_the_pause(simulator: Simulator) -> None:
    desk = at_desk(simulator, card="insufficient_funds")
    desk.start()
    desk.run()
    assert agreement_state(desk) == "past_due"

    desk.press_for("pause", until=desk.in_days(60))
    good = desk.save_card("good")
    desk.press(good, payment=desk.payments()[0])

    assert desk.states() == ["paid", "scheduled"]
    assert agreement_state(desk) == "paused"
    assert not any(one.is_overdue for one in desk.coming())


def test_who_resumes_early_has_the_days_that_there_would_have_been(desk: Desk) -> None:
    planned = desk.days()
    desk.press_for("pause", until=desk.in_days(80))
    desk.pass_days(5)

    assert desk.press_for("resume").is_news
    assert not desk.press_for("resume").is_news

    assert desk.days()[: len(planned)] == planned
    assert desk.actions() == [("resume", "dropped")]
    desk.pass_days(5)
    assert len(desk.moved()) == 1
    desk.pass_days(80)
    assert desk.actions() == [("resume", "dropped")]


def test_days_that_have_passed_do_not_come_back(desk: Desk) -> None:
    planned = desk.days()
    desk.press_for("pause", until=desk.in_days(80))
    desk.pass_days(20)

    desk.press_for("resume")

    assert desk.days()[:11] == planned[1:12]


def test_who_resumes_on_a_day_of_the_rhythm_pays_on_that_day(desk: Desk) -> None:
    desk.press_for("pause", until=desk.in_days(80))
    desk.pass_days(10)

    assert desk.look_at("resume").after[0].day == desk.today()
    desk.press_for("resume")
    desk.run()

    assert len(desk.moved()) == 1


def test_what_was_put_off_once_is_paid_before_it_pauses_again(desk: Desk) -> None:
    desk.press_for("pause", until=desk.in_days(30))
    desk.pass_days(31)
    with pytest.raises(PauseRefused, match="was put off by a pause already"):
        desk.press_for("pause", until=desk.in_days(30))

    desk.pass_days(15)
    assert len(desk.moved()) == 1
    assert desk.press_for("pause", until=desk.in_days(60)).is_news


def test_a_pause_that_was_taken_back_whole_does_not_count(desk: Desk) -> None:
    desk.press_for("pause", until=desk.in_days(30))
    desk.press_for("resume")
    assert desk.press_for("pause", until=desk.in_days(30)).is_news


def test_a_moved_day_stands_if_the_pause_does_not_reach_it_and_is_forgotten_if_it_does(desk: Desk) -> None:
    planned = desk.days()
    desk.press_for("move", to=planned[0] + timedelta(days=10))
    desk.press_for("pause", until=planned[0] + timedelta(days=5))
    assert desk.days()[0] == planned[0] + timedelta(days=10)

    desk.press_for("resume")
    desk.press_for("pause", until=planned[0] + timedelta(days=20))
    assert desk.days()[0] == planned[1]


def test_a_payment_that_was_moved_into_the_pause_stands_on_its_day_again(desk: Desk) -> None:
    planned = desk.days()
    desk.press_for("move", to=planned[0] - timedelta(days=8))
    desk.press_for("pause", until=planned[0] - timedelta(days=2))
    assert desk.days()[0] == planned[0]


def test_in_the_pause_nothing_is_moved_and_it_is_paused_once(desk: Desk) -> None:
    desk.press_for("pause", until=desk.in_days(30))
    with pytest.raises(MoveRefused, match="Resume it first"):
        desk.press_for("move", to=desk.in_days(40))
    with pytest.raises(PauseRefused, match="paused already"):
        desk.press_for("pause", until=desk.in_days(31))
    assert not desk.press_for("pause", until=desk.in_days(30)).is_news


def test_what_does_not_run_neither_pauses_nor_resumes(simulator: Simulator) -> None:
    desk = at_desk(simulator)
    desk.start(first_day=desk.in_days(10), has_trial=True)
    with pytest.raises(PauseRefused, match="during the trial"):
        desk.press_for("pause")
    desk.press_for("cancel", when="now")
    with pytest.raises(PauseRefused, match="has ended"):
        desk.press_for("pause")
    with pytest.raises(ResumeRefused, match="has ended"):
        desk.press_for("resume")


def test_a_plan_pauses_once_its_deposit_is_paid(simulator: Simulator) -> None:
    desk = at_desk(simulator)
    desk.start_plan(
        count=3,
        deposit=Money(10000, "EUR"),
        deposit_day=desk.in_days(1),
        first_day=desk.in_days(20),
    )
    with pytest.raises(PauseRefused, match="once the deposit is paid"):
        desk.press_for("pause")
    desk.pass_days(1)
    assert desk.press_for("pause").is_news


def test_a_worker_that_comes_late_charges_what_was_due_in_between(desk: Desk) -> None:
    desk.press_for("pause", until=desk.in_days(30))
    desk.pass_days(75)
    assert agreement_state(desk) == "active"
    assert len(desk.moved()) == 2


def test_a_plan_that_is_paid_off_while_it_pauses_does_not_go_on(simulator: Simulator) -> None:
    desk = at_desk(simulator)
    desk.start_plan(price=30000, count=3, first_day=desk.in_days(10))
    desk.press_for("pause", until=desk.in_days(30))
    for payment in desk.payments():
        desk.press(payment=payment)
    assert agreement_state(desk) == "completed"

    desk.pass_days(40)

    assert (agreement_state(desk), desk.moved_minor()) == ("completed", 30000)
