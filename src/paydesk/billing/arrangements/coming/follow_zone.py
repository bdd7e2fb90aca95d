"""Let what is to come follow a merchant into another time zone: its days stay, and begin when they begin there.

What has begun stays as it was: it was asked for on its day, by the calendar of that time. What a company said is the
company's own time, and stays too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, DateTimeField, OuterRef, Q, QuerySet, Subquery, Value, When

from paydesk.billing.arrangements.coming.course import ENDED
from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.payments.models import Attempt, DueCharge, Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.schedule import starts_at
from paydesk.database.transactions import in_transaction, locked
from paydesk.events.models import Event
from paydesk.kit.clock import local_date
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.work.queues import Later

#: Whoever read the merchant before the change has written by then. Meanwhile the charge run waits for the later of the
#: two beginnings of a day.
_WRITTEN_IN = timedelta(minutes=1)
#: So many days are told apart by one statement.
_AT_ONCE = 100
_OURS = Subscription.CollectedBy.PAYDESK
_PLANNED = Payment.State.SCHEDULED


@dataclass(frozen=True, kw_only=True, slots=True)
class _Move:
    """From which zone the merchant came, and what its clock shows (business time)."""

    merchant: MerchantInSight
    came_from: str
    now: datetime


def follow_zone(event: Event, now: datetime) -> None:
    """React to zone.changed. Raises Later. `now` is wall time.

    Doing it twice changes nothing: no day of the new zone begins when one of the old zone does. Where the two are a
    whole day apart (Honolulu and Kiritimati) that holds for payments alone.
    """
    written_at = event.happened_at + _WRITTEN_IN
    if now < written_at:
        raise Later(written_at, "something may still be written by the zone before")
    merchant = merchant_by_id(event.merchant_id)
    move = _Move(merchant=merchant, came_from=str(event.subject["from"]), now=merchant.business_now())
    in_transaction(lambda: _follow(move))


def _follow(move: _Move) -> None:
    _lock_agreements(move.merchant)
    _move_payments(move.merchant)
    _move_run(move.merchant)
    _move_agreements(move)
    _move_actions(move)


def _lock_agreements(merchant: MerchantInSight) -> None:
    """Whoever charges or changes anything of them locks them first (R9), and so waits."""
    mine = Subscription.objects.filter(
        Q(collected_by=_OURS) | Q(held_resume_at__isnull=False), merchant_id=merchant.id
    )
    running = mine.exclude(state__in=[state.value for state in ENDED])
    list(locked(running.order_by("id")).values_list("id", flat=True))


def _move_payments(merchant: MerchantInSight) -> None:
    planned = _planned(merchant)
    days = sorted(day for day in planned.values_list("due_date", flat=True).distinct() if day is not None)
    for first in range(0, len(days), _AT_ONCE):
        some = days[first : first + _AT_ONCE]
        begins = {day: starts_at(day, zone=merchant.time_zone) for day in some}
        planned.filter(due_date__in=some).update(due_at=_by("due_date", begins))


def _move_run(merchant: MerchantInSight) -> None:
    """Whoever holds one of the rows looks at its payment again under the lock, and finds the new time."""
    mine = Payment.objects.filter(merchant_id=merchant.id, id=OuterRef("payment_id"))
    waiting = DueCharge.objects.filter(
        merchant_id=merchant.id, due_at__isnull=False, payment_id__in=_planned(merchant).values("id")
    )
    waiting.update(due_at=Subquery(mine.values("due_at")[:1]) - Value(merchant.clock_offset))


def _move_agreements(move: _Move) -> None:
    mine = Subscription.objects.filter(merchant_id=move.merchant.id)
    ours = mine.filter(collected_by=_OURS)
    for rows, column in (
        (ours, "trial_ends_at"),
        (ours, "cancels_at"),
        (ours, "resumes_at"),
        (mine, "held_resume_at"),
    ):
        begins = _begins(move, rows, column)
        if begins:
            rows.filter(**{f"{column}__in": list(begins)}).update(**{column: _by(column, begins)})
    coming = Payment.objects.filter(
        merchant_id=move.merchant.id,
        subscription_id=OuterRef("id"),
        position__isnull=False,
        state__in=[Payment.State.SCHEDULED, Payment.State.DUE],
    ).order_by("due_at", "position")
    ours.filter(next_payment_at__isnull=False).update(next_payment_at=Subquery(coming.values("due_at")[:1]))


def _move_actions(move: _Move) -> None:
    """What has come with the new zone happens now, since until now nothing was too late for it (I08)."""
    is_by_day = Q(kind=ScheduledAction.Kind.RESUME) | Q(
        kind=ScheduledAction.Kind.CANCEL,
        subscription__in=Subscription.objects.filter(merchant_id=move.merchant.id, collected_by=_OURS),
    )
    rows = ScheduledAction.objects.filter(
        is_by_day, merchant_id=move.merchant.id, state=ScheduledAction.State.OPEN
    )
    begins = {old: max(new, move.now) for old, new in _begins(move, rows, "acts_at").items()}
    if begins:
        due = {old: move.merchant.wall_time(new) for old, new in begins.items()}
        rows.filter(acts_at__in=list(begins)).update(
            acts_at=_by("acts_at", begins), due_at=_by("acts_at", due)
        )


def _planned(merchant: MerchantInSight) -> QuerySet[Payment]:
    """List what is still to come, or will be again: early payments come back when they are declined.

    The first payment after a move to another way of paying is asked for at once, whatever its day.
    """
    early = Attempt.objects.filter(
        merchant_id=merchant.id, state__in=Attempt.OPEN, payment_state_before=_PLANNED
    )
    moving = Subscription.objects.filter(merchant_id=merchant.id, moving_since__isnull=False)
    return Payment.objects.filter(
        Q(state=_PLANNED)
        | Q(state=Payment.State.COVERED, state_before_cover=_PLANNED)
        | Q(state=Payment.State.PROCESSING, id__in=early.values("payment_id")),
        merchant_id=merchant.id,
        collected_by=_OURS,
        position__isnull=False,
        due_date__isnull=False,
    ).exclude(position=1, subscription_id__in=moving.values("id"))


def _begins(move: _Move, rows: QuerySet[Any], column: str) -> dict[datetime, datetime]:
    """Give each beginning of a day in the zone before that is still to come, and when that day begins now."""
    known = rows.filter(**{f"{column}__gt": move.now}).values_list(column, flat=True).distinct()
    days = {instant: local_date(instant, zone=move.came_from) for instant in known}
    return {
        instant: starts_at(day, zone=move.merchant.time_zone)
        for instant, day in days.items()
        if instant == starts_at(day, zone=move.came_from)
    }


def _by(column: str, begins: Mapping[Any, datetime]) -> Case:
    return Case(
        *(When(**{column: old}, then=Value(new)) for old, new in begins.items()), output_field=DateTimeField()
    )
