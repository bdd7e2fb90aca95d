"""What takes the place of an old agreement has the same amount, rhythm and number of payments, and loses no period."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from paydesk.billing.arrangements.moving.terms import Debt, Old, Terms, terms_of
from paydesk.kit.clock import local_date

NOW = datetime(2027, 2, 20, 12, tzinfo=UTC)
NEXT = datetime(2027, 2, 28, 9, tzinfo=UTC)
OLD = Old(
    amount_minor=1900,
    interval_unit="month",
    interval_count=1,
    started_at=datetime(2026, 10, 31, 9, tzinfo=UTC),
    next_at=NEXT,
)
DEBT = Debt(public_id="b1", billed_minor=1900, owed_minor=1900, due_at=NOW - timedelta(days=3))


def terms(old: Old = OLD, **changes: Any) -> Terms:
    named: dict[str, Any] = {"begins_again": False, "now": NOW, "zone": "Europe/Berlin"}
    found = terms_of(old, **named | changes)
    assert found
    return found


def test_the_first_payment_is_the_next_of_the_old_one_some_hours_early() -> None:
    found = terms()
    assert (found.acts_at, found.first_day) == (NEXT - timedelta(hours=6), date(2027, 2, 28))
    assert [(one.day, one.amount_minor) for one in found.payments] == [(date(2027, 2, 28), 1900)]
    assert (found.is_plan, found.total_minor, found.bills) == (False, None, [])


def test_it_is_asked_for_on_the_evening_before_when_the_old_one_collects_at_night() -> None:
    found = terms(replace(OLD, next_at=datetime(2027, 2, 28, 0, 30, tzinfo=UTC)))
    assert found.first_day == date(2027, 2, 27)
    assert found.payments[0].day == date(2027, 2, 28)


def test_what_is_due_on_the_31st_is_due_on_the_31st_again() -> None:
    following = terms().following()
    assert following
    assert following.day == date(2027, 3, 31)
    # Of one that began in the middle of a month, the day on which it is collected is all that is known.
    following = terms(replace(OLD, started_at=datetime(2026, 10, 14, 9, tzinfo=UTC))).following()
    assert following
    assert following.day == date(2027, 3, 28)


def test_a_plan_has_as_many_payments_as_the_old_one_had_left() -> None:
    found = terms(replace(OLD, payments_total=12, payments_made=9))
    assert [one.day for one in found.payments] == [date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]
    assert (found.is_plan, found.total_minor) == (True, 5700)
    assert (
        terms_of(replace(OLD, payments_total=12, payments_made=12), begins_again=False, now=NOW, zone="UTC")
        is None
    )


def test_what_is_overdue_is_paid_first_and_at_once() -> None:
    found = terms(replace(OLD, debts=[DEBT]))
    assert (found.acts_at, found.first_day, found.first_minor) == (NOW, date(2027, 2, 20), 1900)
    assert (found.owed_minor, found.bills) == (1900, ["b1"])
    following = found.following()
    assert following
    assert (following.position, following.day) == (2, date(2027, 2, 28))
    # Of a plan, two that were missed in one bill are two of its payments.
    both = replace(DEBT, billed_minor=3800, owed_minor=3800)
    found = terms(replace(OLD, debts=[both], payments_total=12, payments_made=7))
    assert [one.amount_minor for one in found.payments] == [3800, 1900, 1900, 1900]
    assert found.total_minor == 5 * 1900


def test_what_rests_with_a_debt_goes_on_in_its_rhythm() -> None:
    found = terms(replace(OLD, next_at=None, debts=[DEBT]))
    following = found.following()
    assert following
    assert following.day == date(2027, 3, 17)


def test_what_pauses_begins_again_today() -> None:
    found = terms(replace(OLD, next_at=None), begins_again=True)
    assert (found.acts_at, found.first_day, found.first_minor) == (NOW, date(2027, 2, 20), 1900)
    assert terms_of(replace(OLD, next_at=None), begins_again=False, now=NOW, zone="UTC") is None


def test_a_discount_goes_along_for_as_long_as_it_was_promised() -> None:
    less = replace(
        OLD, discount_percent=20, next_minor=1520, discount_ends_at=datetime(2027, 4, 30, 9, tzinfo=UTC)
    )
    found = terms(less)
    assert (found.first_minor, found.amount_minor) == (1520, 1900)
    assert (found.discount.percent, found.discount.first, found.discount.count) == (20, 1, 2)
    # One without an end is the price.
    found = terms(replace(OLD, discount_percent=20))
    assert (found.first_minor, found.amount_minor) == (1520, 1520)


@given(
    unit=some.sampled_from(["day", "week", "month", "year"]),
    every=some.integers(1, 6),
    began=some.dates(date(2020, 1, 1), date(2026, 12, 31)),
    ahead=some.integers(1, 400 * 24 * 60),
    total=some.none() | some.integers(1, 30),
    owes=some.booleans(),
    zone=some.sampled_from(["UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Apia"]),
)
def test_no_period_is_lost_or_there_twice(
    unit: str, every: int, began: date, ahead: int, total: int | None, owes: bool, zone: str
) -> None:
    """From the next payment of the old one on, the new one has each day of its rhythm once, in order."""
    next_at = NOW + timedelta(minutes=ahead)
    old = replace(
        OLD,
        interval_unit=unit,
        interval_count=every,
        started_at=datetime.combine(began, time(9), tzinfo=UTC),
        next_at=next_at,
        payments_total=total + 1 if total and owes else total,
        debts=[DEBT] if owes else [],
    )
    found = terms(old, zone=zone)
    regular = [one for one in found.payments if not owes or one.position > 1]
    if (following := found.following()) is not None:
        regular.append(following)
    next_day = local_date(next_at, zone=zone)
    assert regular[0].day == next_day
    days = [one.day for one in regular]
    assert days == sorted(set(days))
    indexes = [found.rhythm.first_index_from(one) for one in days]
    assert indexes == list(range(indexes[0], indexes[0] + len(indexes)))
    assert [found.rhythm.day(index) for index in indexes] == days
    assert found.first_day <= (local_date(NOW, zone=zone) if owes else next_day)
    if total is not None:
        assert len(regular) == total
        assert found.total_minor == total * 1900 + (1900 if owes else 0)
