"""Read the payments of an agreement that Paydesk collects, in the order of their numbers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet

from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.payments.models import Payment
from paydesk.database.compiled import CompiledQuery

#: What is neither made nor given up.
_OPEN = {Payment.State.SCHEDULED, Payment.State.DUE, Payment.State.PROCESSING, Payment.State.FAILED}


class Instalment(NamedTuple):
    """The `position`-th payment of an agreement. `planned_date`: the day that the schedule gave it."""

    id: int
    public_id: str
    position: int
    state: str
    amount_minor: int
    owed_minor: int
    fee_minor: int
    refunded_minor: int
    currency: str
    due_at: datetime
    due_date: date
    planned_date: date
    paid_at: datetime | None
    covering_state: str | None

    @property
    def is_paid(self) -> bool:
        """Say whether it is made, by itself or together with others."""
        return Payment.State.PAID in (self.state, self.covering_state)

    @property
    def is_left(self) -> bool:
        """Say whether it is still to be paid; one that is on its way with others is."""
        return self.state in _OPEN or (self.state == Payment.State.COVERED and not self.is_paid)

    @property
    def is_coming(self) -> bool:
        """Say whether it is still to come."""
        return self.state == Payment.State.SCHEDULED

    @property
    def is_overdue(self) -> bool:
        """Say whether its day has gone by, and the charge was not made."""
        return self.state == Payment.State.FAILED

    @property
    def is_on_its_way(self) -> bool:
        """Say whether a bank has yet to answer, be it for this one or for others as well."""
        return self.state in (Payment.State.PROCESSING, Payment.State.COVERED) and not self.is_paid

    @property
    def was_moved(self) -> bool:
        """Say whether somebody has moved it from the day that the schedule gave it."""
        return self.due_date != self.planned_date


class PutOff(NamedTuple):
    """By how many intervals a pause has put off what came after it, and which payment was the first of these."""

    put_off_by: int
    put_off_position: int | None


#: Longer than any rule about what is to come looks back.
_RECENTLY = timedelta(days=400)
_SLOTS: dict[str, type] = {"merchant_id": int, "customer_id": int, "subscription_id": int}
_COLUMNS = (*Instalment._fields[:-1], "covered_by__state")


def _of(**mine: int) -> QuerySet[Payment, Payment]:
    return Payment.objects.filter(**mine, position__isnull=False).order_by("position")


_ALL = CompiledQuery(
    build=lambda **mine: _of(**mine).values_list(*_COLUMNS), into=Instalment, slots=dict(_SLOTS)
)
_RECENT = CompiledQuery(
    build=lambda since, **mine: (
        _of(**mine).filter(Q(state__in=sorted(_OPEN)) | Q(due_at__gte=since)).values_list(*_COLUMNS)
    ),
    into=Instalment,
    slots=_SLOTS | {"since": datetime},
)
_PUT_OFF = CompiledQuery(
    build=lambda **mine: (
        ScheduledAction.objects.filter(**mine, kind=ScheduledAction.Kind.RESUME)
        .order_by("-id")
        .values_list(*PutOff._fields)[:1]
    ),
    into=PutOff,
    slots={"merchant_id": int, "subscription_id": int},
)


def instalments(*, merchant_id: int, customer_id: int, subscription_id: int) -> list[Instalment]:
    """Give them all."""
    return _ALL.rows(merchant_id=merchant_id, customer_id=customer_id, subscription_id=subscription_id)


def recent_instalments(
    *, merchant_id: int, customer_id: int, subscription_id: int, now: datetime
) -> list[Instalment]:
    """Give those that are still to be paid and those of the last year: of an open-ended one all of them fill years."""
    return _RECENT.rows(
        merchant_id=merchant_id,
        customer_id=customer_id,
        subscription_id=subscription_id,
        since=now - _RECENTLY,
    )


def latest_put_off(*, merchant_id: int, subscription_id: int) -> PutOff | None:
    """Give what the latest pause of an agreement has put off."""
    return _PUT_OFF.first(merchant_id=merchant_id, subscription_id=subscription_id)
