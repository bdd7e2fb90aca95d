"""Let what is to come follow a merchant into another time zone: its days stay, and begin when they begin there.

What has begun stays as it was: it was asked for on its day, by the calendar of that time. What a company said is the
company's own time, and stays too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Case, DateTimeField, OuterRef, Q, QuerySet, Subquery, Value, When

from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.payments.locks import lock_agreements
from paydesk.billing.payments.models import Attempt, DueCharge, Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.schedule import starts_at
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.database.batches import batches
from paydesk.database.transactions import in_transaction
from paydesk.events.models import Event
from paydesk.kit.clock import local_date
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.work.queues import Later

#: Whoever read the merchant before the change has written by then. Meanwhile the charge run waits for the later of the
#: two beginnings of a day.
_WRITTEN_IN = timedelta(minutes=5)
#: So many agreements wait at a time, and so many days are told apart by one statement.
_AGREEMENTS_AT_ONCE, _DAYS_AT_ONCE = 500, 100
_OURS = Subscription.CollectedBy.PAYDESK
_PLANNED = Payment.State.SCHEDULED
_ON_THEIR_WAY = (Payment.State.DUE, Payment.State.PROCESSING)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Move:
    """Which agreements follow from which zone, and what the merchant's clock shows (business time)."""

    merchant: MerchantInSight
    agreement_ids: Sequence[int]
    came_from: str
    now: datetime

    def agreements(self) -> QuerySet[Subscription]:
        return Subscription.objects.filter(merchant_id=self.merchant.id, id__in=self.agreement_ids)

    def planned(self) -> QuerySet[Payment]:
        """List what is still to come, or will be again: early payments come back when they are declined.

        The first payment after a move to another way of paying is asked for at once, whatever its day.
        """
        covers = Payment.objects.filter(merchant_id=self.merchant.id, state__in=_ON_THEIR_WAY)
        early = Attempt.objects.filter(
            merchant_id=self.merchant.id, state__in=Attempt.OPEN, payment_state_before=_PLANNED
        )
        return Payment.objects.filter(
            Q(state=_PLANNED)
            | Q(state=Payment.State.COVERED, state_before_cover=_PLANNED, covered_by__in=covers.values("id"))
            | Q(state=Payment.State.PROCESSING, id__in=early.values("payment_id")),
            merchant_id=self.merchant.id,
            subscription_id__in=self.agreement_ids,
            collected_by=_OURS,
            position__isnull=False,
            due_date__isnull=False,
        ).exclude(position=1, subscription__moving_since__isnull=False)


def follow_zone(event: Event, now: datetime) -> None:
    """React to zone.changed. Raises Later. `now` is wall time.

    Doing it twice changes nothing: no day of the new zone begins when one of the old zone does. Where the two are a
    whole day apart (Honolulu and Kiritimati) that holds for payments alone.
    """
    written_at = event.happened_at + _WRITTEN_IN
    if now < written_at:
        raise Later(written_at, "something may still be written by the zone before")
    mine = Subscription.objects.filter(
        Q(collected_by=_OURS) | Q(held_resume_at__isnull=False), merchant_id=event.merchant_id
    )
    running = mine.exclude(state__in=[state.value for state in ENDED]).order_by("id")
    ids = list(running.values_list("id", flat=True))
    for some in batches(ids, most=_AGREEMENTS_AT_ONCE):
        in_transaction(partial(_follow, event.merchant_id, some, str(event.subject["from"])))


def _follow(merchant_id: int, agreement_ids: Sequence[int], came_from: str) -> None:
    """Whoever charges or changes anything of them locks them first (R9), and so waits."""
    lock_agreements(merchant_id=merchant_id, ids=agreement_ids)
    merchant = merchant_by_id(merchant_id)
    move = _Move(
        merchant=merchant, agreement_ids=agreement_ids, came_from=came_from, now=merchant.business_now()
    )
    _move_payments(move)
    _move_run(move)
    _move_agreements(move)
    _move_actions(move)


def _move_payments(move: _Move) -> None:
    planned = move.planned()
    days = sorted(day for day in planned.values_list("due_date", flat=True).distinct() if day is not None)
    for some in batches(days, most=_DAYS_AT_ONCE):
        begins = {day: starts_at(day, zone=move.merchant.time_zone) for day in some}
        planned.filter(due_date__in=some).update(due_at=_by("due_date", begins))


def _move_run(move: _Move) -> None:
    """Whoever holds one of the rows looks at its payment again under the lock, and finds the new time."""
    mine = Payment.objects.filter(merchant_id=move.merchant.id, id=OuterRef("payment_id"))
    waiting = DueCharge.objects.filter(
        merchant_id=move.merchant.id, due_at__isnull=False, payment_id__in=move.planned().values("id")
    )
    waiting.update(due_at=Subquery(mine.values("due_at")[:1]) - Value(move.merchant.clock_offset))


def _move_agreements(move: _Move) -> None:
    mine = move.agreements()
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
        kind=ScheduledAction.Kind.CANCEL, subscription__in=move.agreements().filter(collected_by=_OURS)
    )
    rows = ScheduledAction.objects.filter(
        is_by_day,
        merchant_id=move.merchant.id,
        subscription_id__in=move.agreement_ids,
        state=ScheduledAction.State.OPEN,
    )
    begins = {old: max(new, move.now) for old, new in _begins(move, rows, "acts_at").items()}
    if begins:
        due = {old: move.merchant.wall_time(new) for old, new in begins.items()}
        rows.filter(acts_at__in=list(begins)).update(
            acts_at=_by("acts_at", begins), due_at=_by("acts_at", due)
        )


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
