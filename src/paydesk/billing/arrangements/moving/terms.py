"""Reckon the agreement that takes the place of one which a company collects, so that no period is lost or paid twice.

Pure. Days are local days of the merchant's zone, moments are business time, amounts minor units.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from paydesk.billing.arrangements.coming.in_bills import payments_in
from paydesk.billing.arrangements.ending.held_end import acts_at
from paydesk.billing.payments.charging.plan_out import Planned
from paydesk.billing.subscriptions.discount import NO_DISCOUNT, Discount
from paydesk.billing.subscriptions.schedule import Rhythm, RhythmRefused, shifted
from paydesk.kit.clock import local_date

#: So many intervals back are looked at for the day from which a rhythm is reckoned.
_BACK_MAX = 48


@dataclass(frozen=True, kw_only=True, slots=True)
class Debt:
    """An open bill of the old agreement that is owed no more once that has ended."""

    public_id: str
    billed_minor: int
    owed_minor: int
    due_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Old:
    """What has to be known of the old agreement. `next_minor`: what is collected next; None: the usual amount."""

    amount_minor: int
    interval_unit: str
    interval_count: int
    started_at: datetime
    next_at: datetime | None
    next_minor: int | None = None
    payments_total: int | None = None
    payments_made: int = 0
    discount_percent: int = 0
    discount_ends_at: datetime | None = None
    debts: Sequence[Debt] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """The new agreement. The first of `payments` is asked for on `first_day`, at `acts_at`, whatever day is its own."""

    acts_at: datetime
    first_day: date
    rhythm: Rhythm
    shifted_count: int
    amount_minor: int
    discount: Discount
    payments: Sequence[Planned]
    is_plan: bool
    owed_minor: int
    bills: Sequence[str]

    @property
    def first_minor(self) -> int:
        """Give what is charged first."""
        return self.payments[0].amount_minor

    @property
    def total_minor(self) -> int | None:
        """Give what a plan comes to."""
        return sum(one.amount_minor for one in self.payments) if self.is_plan else None

    def following(self) -> Planned | None:
        """Give the payment of an open-ended agreement that comes after those that are written."""
        if self.is_plan:
            return None
        position = self.payments[-1].position + 1
        off_minor = self.discount.off(self.amount_minor, position)
        return Planned(
            position=position,
            day=self.rhythm.day(position - 1 + self.shifted_count),
            amount_minor=self.amount_minor - off_minor,
            off_minor=off_minor,
        )

    def after_first(self) -> Planned | None:
        """Give the payment that comes after the first; None when there is none."""
        return self.payments[1] if len(self.payments) > 1 else self.following()


def terms_of(
    old: Old, *, begins_again: bool, is_time: bool = False, now: datetime, zone: str
) -> Terms | None:
    """Give them; None when nothing is to come that could be moved. `begins_again`: it pauses, and begins with the move.

    What is overdue is the first payment, and is asked for at once; else that is the one which the old company would
    collect next, asked for some hours before it does. `is_time`: those hours have begun.
    """
    today = local_date(now, zone=zone)
    next_day = _next_day(old, begins_again=begins_again, today=today, zone=zone)
    owed_minor = sum(debt.owed_minor for debt in old.debts)
    missed = payments_in([debt.billed_minor for debt in old.debts], amount_minor=old.amount_minor)
    left = None if old.payments_total is None else old.payments_total - old.payments_made - missed
    if next_day is None or (left is not None and left <= 0 and not owed_minor):
        return None
    before_rhythm = 1 if owed_minor else 0
    anchor, index = anchored(old, next_day, before_rhythm, zone=zone)
    at_once = owed_minor > 0 or begins_again or is_time or old.next_at is None
    begins_at = now if at_once or old.next_at is None else max(now, acts_at(old.next_at, now=now))
    rhythm = Rhythm(unit=old.interval_unit, count=old.interval_count, anchor=anchor)
    terms = Terms(
        acts_at=begins_at,
        first_day=min(local_date(begins_at, zone=zone), next_day) if not owed_minor else today,
        rhythm=rhythm,
        shifted_count=index - before_rhythm,
        amount_minor=_usual_minor(old),
        discount=_discount(old, rhythm, index, before_rhythm, zone=zone),
        payments=(),
        is_plan=left is not None,
        owed_minor=owed_minor,
        bills=[debt.public_id for debt in old.debts],
    )
    return _with_payments(terms, old, today, left)


def anchored(old: Old, day: date, least: int, *, zone: str) -> tuple[date, int]:
    """Give the day from which the rhythm is reckoned and the number of a day in it, `least` or more.

    What is due on the 31st comes on the 28th of February: only an earlier day tells that it was the 31st.
    """
    began = local_date(old.started_at, zone=zone)
    for anchor in (began, *_days_before(old, day, least)):
        rhythm = Rhythm(unit=old.interval_unit, count=old.interval_count, anchor=anchor)
        index = rhythm.first_index_from(day)
        if index >= least and rhythm.day(index) == day:
            return anchor, index
    raise AssertionError("some day before has this one in its rhythm")


def _days_before(old: Old, day: date, least: int) -> Iterator[date]:
    """Give the days from which `day` may be reckoned, the nearest first."""
    for intervals in range(least, _BACK_MAX):
        yield shifted(day, unit=old.interval_unit, units=-intervals * old.interval_count)


def _next_day(old: Old, *, begins_again: bool, today: date, zone: str) -> date | None:
    if begins_again:
        return today
    if old.next_at is not None:
        return max(today, local_date(old.next_at, zone=zone))
    if not old.debts:
        return None
    last = max(local_date(debt.due_at, zone=zone) for debt in old.debts)
    try:
        rhythm = Rhythm(unit=old.interval_unit, count=old.interval_count, anchor=last)
        return rhythm.day(rhythm.first_index_from(today + timedelta(days=1)))
    except RhythmRefused:
        return None


def _is_less_for_good(old: Old) -> bool:
    return old.discount_percent > 0 and old.discount_ends_at is None


def _usual_minor(old: Old) -> int:
    """What costs less for good has that price."""
    if _is_less_for_good(old):
        off = Discount(percent=old.discount_percent, first=1, count=1).off(old.amount_minor, 1)
        return old.amount_minor - off
    return old.amount_minor


def _discount(old: Old, rhythm: Rhythm, index: int, before_rhythm: int, *, zone: str) -> Discount:
    """Let as many payments cost less as would have at the old company."""
    if old.discount_percent == 0 or old.discount_ends_at is None:
        return NO_DISCOUNT
    less = rhythm.first_index_from(local_date(old.discount_ends_at, zone=zone)) - index
    if less <= 0:
        return NO_DISCOUNT
    return Discount(percent=old.discount_percent, first=1 + before_rhythm, count=less)


def _with_payments(terms: Terms, old: Old, today: date, left: int | None) -> Terms:
    first = 1
    payments = []
    if terms.owed_minor:
        payments.append(Planned(position=1, day=today, amount_minor=terms.owed_minor))
        first = 2
    if left is not None:
        positions = range(first, first + max(0, left))
    else:
        positions = range(first, first if terms.owed_minor else first + 1)
    for position in positions:
        off_minor = terms.discount.off(terms.amount_minor, position)
        amount_minor = terms.amount_minor - off_minor
        if position == 1 and old.next_minor is not None:
            # What the old company foretold, be it less for a reason that it does not tell.
            amount_minor, off_minor = old.next_minor, max(0, terms.amount_minor - old.next_minor)
        payments.append(
            Planned(
                position=position,
                day=terms.rhythm.day(position - 1 + terms.shifted_count),
                amount_minor=amount_minor,
                off_minor=off_minor,
            )
        )
    return replace(terms, payments=payments)
