"""A merchant moves to another time zone: the days of what is to come stay, and begin when they begin there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from paydesk.billing.arrangements.coming import follow_zone
from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.payments.models import Attempt, DueCharge, Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.schedule import starts_at
from paydesk.events.models import Event
from paydesk.kit import clock
from paydesk.merchants.change import change_merchant
from paydesk.merchants.find import merchant_by_id
from tests import builders
from tests.billing.coming.desk import Desk, at_desk
from tests.connected import work_off
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

EAST, WEST = "Pacific/Auckland", "America/Los_Angeles"
BOTH_WAYS = pytest.mark.parametrize(("old", "new"), [(EAST, WEST), (WEST, EAST)])


def desk_in(simulator: Simulator, zone: str) -> Desk:
    """Connect a merchant of that zone."""
    desk = at_desk(simulator)
    change_merchant(merchant_id=desk.merchant.id, given={"time_zone": zone})
    let_everybody_know(desk)
    return replace(desk, merchant=merchant_by_id(desk.merchant.id))


def change_zone(desk: Desk, zone: str) -> None:
    """Change it, and let the time go by after which nobody writes by the old one."""
    change_merchant(merchant_id=desk.merchant.id, given={"time_zone": zone})
    let_everybody_know(desk)


def let_everybody_know(desk: Desk) -> None:
    told = Event.objects.filter(merchant_id=desk.merchant.id, name="zone.changed", due_at__isnull=False)
    told.update(happened_at=clock.wall_now() - timedelta(minutes=5), due_at=clock.wall_now())
    work_off("events")
    assert not told.exists()


def go_to_the_day_of(desk: Desk, payment: Payment, *, zone: str) -> None:
    """Let it be one minute after that day has begun in a zone."""
    assert payment.due_date is not None
    begins_at = starts_at(payment.due_date, zone=zone)
    desk.pass_days((begins_at - desk.shop().business_now()) / timedelta(days=1) + 1 / 1440)


@pytest.mark.parametrize("is_told", [False, True])
def test_to_the_west_nothing_is_charged_when_its_day_has_begun_in_the_old_zone_alone(
    simulator: Simulator, *, is_told: bool
) -> None:
    desk = desk_in(simulator, EAST)
    desk.start(first_day=desk.in_days(3))
    payment = desk.next_payment()

    change_merchant(merchant_id=desk.merchant.id, given={"time_zone": WEST})
    if is_told:
        let_everybody_know(desk)
    go_to_the_day_of(desk, payment, zone=EAST)
    assert (desk.moved(), desk.states(), desk.broken()) == ([], ["scheduled"], [])

    go_to_the_day_of(desk, payment, zone=WEST)
    if not is_told:
        let_everybody_know(desk)
    desk.pass_days(1)
    assert (len(desk.moved()), desk.states(), desk.broken()) == (1, ["paid", "scheduled"], [])


def test_to_the_east_what_is_due_by_the_new_calendar_is_charged_once(simulator: Simulator) -> None:
    desk = desk_in(simulator, WEST)
    desk.start(first_day=desk.in_days(3))
    payment = desk.next_payment()

    change_zone(desk, EAST)
    go_to_the_day_of(desk, payment, zone=EAST)
    assert (len(desk.moved()), desk.states(), desk.broken()) == (1, ["paid", "scheduled"], [])

    go_to_the_day_of(desk, payment, zone=WEST)
    assert (len(desk.moved()), desk.moved(), desk.broken()) == (1, desk.charged(), [])


def test_to_the_east_a_day_that_has_begun_there_is_due_now(simulator: Simulator) -> None:
    desk = desk_in(simulator, "Pacific/Honolulu")
    desk.start(first_day=desk.in_days(1))

    # There it is tomorrow all day long.
    change_zone(desk, "Pacific/Kiritimati")
    desk.run()

    assert (len(desk.moved()), desk.states(), desk.broken()) == (1, ["paid", "scheduled"], [])


@BOTH_WAYS
def test_every_day_of_a_plan_stays_and_begins_in_the_new_zone_in_summer_and_winter(
    simulator: Simulator, old: str, new: str
) -> None:
    desk = desk_in(simulator, old)
    desk.start_plan(count=24, price=240_00, first_day=desk.in_days(3))
    days = [payment.due_date for payment in desk.payments()]

    change_zone(desk, new)
    change_zone(desk, new)

    payments = desk.payments()
    assert [payment.due_date for payment in payments] == days
    begins = [starts_at(day, zone=new) for day in days if day is not None]
    assert [payment.due_at for payment in payments] == begins
    offset = desk.shop().clock_offset
    run = DueCharge.objects.filter(merchant_id=desk.merchant.id).order_by("payment__position")
    assert list(run.values_list("due_at", flat=True)) == [each - offset for each in begins]
    assert desk.agreement().next_payment_at == begins[0]
    assert desk.broken() == []


@BOTH_WAYS
def test_a_pause_ends_on_its_day_there(simulator: Simulator, old: str, new: str) -> None:
    desk = desk_in(simulator, old)
    desk.start(first_day=desk.in_days(10))
    resumes_on = desk.in_days(30)
    desk.press_for("pause", until=resumes_on)

    change_zone(desk, new)

    action = ScheduledAction.objects.get(merchant_id=desk.merchant.id)
    begins_at = starts_at(resumes_on, zone=new)
    assert (desk.agreement().resumes_at, action.acts_at) == (begins_at, begins_at)
    desk.pass_days(32)
    assert (desk.agreement().state, desk.moved(), desk.broken()) == ("active", [], [])
    desk.pass_days(12)
    assert (len(desk.moved()), desk.broken()) == (1, [])


@BOTH_WAYS
def test_an_end_that_is_set_comes_on_its_day_there_and_nothing_is_forgotten_or_charged_before_it(
    simulator: Simulator, old: str, new: str
) -> None:
    desk = desk_in(simulator, old)
    desk.start(first_day=desk.in_days(3))
    payment = desk.next_payment()
    desk.press_for("cancel", when="at_end")

    change_zone(desk, new)

    assert desk.agreement().cancels_at == desk.next_payment().due_at == starts_at(payment.due_date, zone=new)  # type: ignore[arg-type]
    for zone in sorted([old, new], key=lambda one: starts_at(payment.due_date, zone=one)):  # type: ignore[arg-type]
        go_to_the_day_of(desk, payment, zone=zone)
        assert (desk.moved(), desk.broken()) == ([], [])
    assert (desk.agreement().state, desk.states()) == ("canceled", ["canceled"])


@BOTH_WAYS
def test_a_trial_ends_on_its_day_there(simulator: Simulator, old: str, new: str) -> None:
    desk = desk_in(simulator, old)
    desk.start(first_day=desk.in_days(14), has_trial=True)

    change_zone(desk, new)

    agreement = desk.agreement()
    begins_at = starts_at(desk.next_payment().due_date, zone=new)  # type: ignore[arg-type]
    assert (agreement.trial_ends_at, agreement.next_payment_at) == (begins_at, begins_at)
    assert (agreement.state, desk.broken()) == ("trialing", [])


def test_what_has_begun_stays_as_it_was_and_what_may_come_back_follows(simulator: Simulator) -> None:
    desk = desk_in(simulator, EAST)
    desk.start()
    desk.run()
    [paid, early] = desk.payments()
    assert paid.state == "paid"
    builders.attempt(early, state="pending", origin="paydesk", payment_state_before="scheduled")
    Payment.objects.filter(merchant_id=desk.merchant.id, id=early.id).update(state="processing")

    change_zone(desk, WEST)

    assert desk.payments()[0].due_at == paid.due_at
    assert desk.payments()[1].due_at == starts_at(early.due_date, zone=WEST)  # type: ignore[arg-type]
    assert Attempt.objects.filter(merchant_id=desk.merchant.id, payment_id=paid.id).count() == 1
    assert "I15" not in desk.broken()


def test_what_a_company_said_is_its_own_time_but_a_pause_that_is_ended_here_follows(
    simulator: Simulator,
) -> None:
    desk = desk_in(simulator, EAST)
    desk.start(first_day=desk.in_days(3))
    day = desk.in_days(20)
    at = starts_at(day, zone=EAST)
    theirs = Subscription.objects.filter(merchant_id=desk.merchant.id)
    theirs.update(collected_by="gateway", cancels_at=at, next_payment_at=at, held_resume_at=at)

    change_zone(desk, WEST)

    agreement = desk.agreement()
    assert (agreement.cancels_at, agreement.next_payment_at) == (at, at)
    assert agreement.held_resume_at == starts_at(day, zone=WEST)


def test_the_first_payment_after_a_move_to_another_way_of_paying_does_not_wait_for_a_day(
    simulator: Simulator,
) -> None:
    desk = desk_in(simulator, EAST)
    desk.start(first_day=desk.in_days(3))
    payment = desk.next_payment()
    Subscription.objects.filter(merchant_id=desk.merchant.id).update(moving_since=clock.wall_now())

    change_zone(desk, WEST)
    go_to_the_day_of(desk, payment, zone=EAST)

    assert (len(desk.moved()), "I15" in desk.broken()) == (1, False)


def test_many_agreements_follow_a_few_at_a_time(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_zone, "_AGREEMENTS_AT_ONCE", 1)
    monkeypatch.setattr(follow_zone, "_DAYS_AT_ONCE", 2)
    desk = desk_in(simulator, EAST)
    desk.start_plan(first_day=desk.in_days(3))
    desk.start(first_day=desk.in_days(4))

    change_zone(desk, WEST)

    payments = desk.payments()
    assert len(payments) == 10
    assert all(one.due_at == starts_at(one.due_date, zone=WEST) for one in payments if one.due_date)
    assert desk.broken() == []


def test_what_was_paid_together_stays_as_it_was(simulator: Simulator) -> None:
    desk = desk_in(simulator, EAST)
    plan = desk.start_plan(first_day=desk.in_days(3))
    desk.pay(desk.quote_off(plan))
    before = [one.due_at for one in desk.payments()]

    change_zone(desk, WEST)

    assert [one.due_at for one in desk.payments()] == before
    assert desk.broken() == []
