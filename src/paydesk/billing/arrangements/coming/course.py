"""How an agreement of ours goes on: its payments as they stand, and the rule that gives the later ones. Pure.

A change is a function from one course to another. A page shows what would come of it, and the verb writes the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import count, takewhile

from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.discount import NO_DISCOUNT, Discount
from paydesk.billing.subscriptions.schedule import Rhythm, RhythmRefused
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.gateways.records import SubscriptionState

RUNNING = frozenset({SubscriptionState.ACTIVE, SubscriptionState.TRIALING, SubscriptionState.PAST_DUE})
OPEN = frozenset({Payment.State.SCHEDULED, Payment.State.DUE, Payment.State.PROCESSING, Payment.State.FAILED})
#: Such a payment takes no day: another may have it.
_NOTHING = frozenset({Payment.State.SKIPPED, Payment.State.CANCELED, Payment.State.WRITTEN_OFF})


@dataclass(frozen=True, kw_only=True, slots=True)
class DatedPayment:
    """The `position`-th payment on its local day; `planned` is the day that the rhythm gave it. No `id`: no row yet."""

    position: int
    planned: date
    day: date
    amount_minor: int
    state: str = Payment.State.SCHEDULED
    id: int | None = None
    public_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """What has to be known. `payments`: rows in the order of their positions, the open ones and the latest at least.

    `put_off_by` intervals the latest pause put off what came after it, and `put_off_position` was the first of these.
    """

    rhythm: Rhythm
    state: SubscriptionState
    amount_minor: int
    payments_total: int | None
    payments: Sequence[DatedPayment]
    next_position: int
    shifted_count: int = 0
    deposit_minor: int = 0
    resume_day: date | None = None
    cancel_day: date | None = None
    put_off_by: int = 0
    put_off_position: int | None = None
    discount: Discount = NO_DISCOUNT

    @property
    def is_plan(self) -> bool:
        """Say whether it has a number of payments."""
        return self.payments_total is not None


def coming(course: Course) -> Iterator[DatedPayment]:
    """Give what is to be charged yet, in order: rows, and without an end what an open-ended agreement will make."""
    if course.state in ENDED:
        return
    rows = [one for one in course.payments if one.state == Payment.State.SCHEDULED]
    for batch in (sorted(rows, key=lambda one: (one.day, one.position)), _not_made_yet(course)):
        for one in batch:
            if course.cancel_day is not None and one.day >= course.cancel_day:
                return
            yield one


def coming_until(course: Course, last: date) -> list[DatedPayment]:
    """Give those up to a day, that day counted in."""
    return list(takewhile(lambda one: one.day <= last, coming(course)))


def next_to_come(course: Course) -> DatedPayment | None:
    """Give the first that is to be charged yet."""
    return next(coming(course), None)


def taken_days_around(course: Course, payment: DatedPayment) -> tuple[date | None, date | None]:
    """Give the days of the payment before it and of the one after it, where there are such."""
    before = [
        one.day for one in course.payments if one.position < payment.position and one.state not in _NOTHING
    ]
    after = next((one.day for one in coming(course) if one.position > payment.position), None)
    return (before[-1] if before else None), after


def makes_next(course: Course, today: date) -> bool:
    """Say whether the first payment that is no row yet becomes one at once, as of every agreement that goes on."""
    if course.is_plan or course.state not in RUNNING or course.cancel_day is not None:
        return False
    held = (*OPEN, Payment.State.COVERED)
    return not any(
        one.state == Payment.State.SCHEDULED or (one.state in held and one.day > today)
        for one in course.payments
    )


def _not_made_yet(course: Course) -> Iterator[DatedPayment]:
    if course.is_plan:
        return
    for position in count(course.next_position):
        try:
            day = course.rhythm.day(position - 1 + course.shifted_count)
        except RhythmRefused:
            return
        off_minor = course.discount.off(course.amount_minor, position)
        yield DatedPayment(
            position=position, planned=day, day=day, amount_minor=course.amount_minor - off_minor
        )


def payment_in(course: Course, public_id: str) -> DatedPayment:
    """Give one of its payments that are rows."""
    return next(one for one in course.payments if one.public_id == public_id)


def with_payment(course: Course, payment: DatedPayment) -> Course:
    """Give the course with that payment in the place of the one that it was."""
    return with_payments(course, [payment if one.id == payment.id else one for one in course.payments])


def with_payments(course: Course, payments: Sequence[DatedPayment]) -> Course:
    """Give the course with these in the place of those that were there."""
    return replace(course, payments=tuple(payments))


def put_off(course: Course, payment: DatedPayment, intervals: int) -> DatedPayment:
    """Give a payment so many intervals later (earlier), on a day of the rhythm: where it was moved to is forgotten."""
    day = course.rhythm.day(course.rhythm.first_index_from(payment.planned) + intervals)
    return replace(payment, planned=day, day=day)
