"""Say why charging waits: what every verb that opens an attempt asks inside its transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from paydesk.billing.holds.models import ChargeHold
from paydesk.database.compiled import CompiledQuery
from paydesk.work.heartbeat.look import look_before_charging


class _Held(NamedTuple):
    why: str
    connection_id: int | None
    kind: str
    started_at: datetime
    known_until: datetime | None
    connection__removed_at: datetime | None

    @property
    def is_felt_elsewhere(self) -> bool:
        """What was closed in the backup waits to be opened again, maybe for ever: no other connection waits for it."""
        was_closed = was_closed_before(
            self.connection__removed_at, known_until=self.known_until, held_at=self.started_at
        )
        return self.kind == ChargeHold.Kind.RESTORE and not was_closed


#: Asked before each charge, so it is compiled once. A merchant has few open holds, and mostly none.
_HELD = CompiledQuery(
    build=lambda merchant_id: (
        ChargeHold.objects.filter(merchant_id=merchant_id, released_at__isnull=True)
        .order_by("id")
        .values_list(*_Held._fields)
    ),
    into=_Held,
    slots={"merchant_id": int},
)


def held_because(
    *,
    merchant_id: int,
    connection_id: int,
    now: datetime,
    may_be_paid_at: Callable[[Collection[int]], bool] = lambda _: False,
    is_refund: bool = False,
) -> str:
    """Give the reason, for staff; empty when money may be asked for. `now` is wall time.

    `may_be_paid_at`: says whether what is to be charged may have been paid at one of these other connections (ids), of
    which after a restore it is not known yet what was charged there. `is_refund`: money goes back, as it may have to
    before the books agree with themselves again.

    The heartbeat comes first: a worker commits its holds together with its word that the database is accepted, so
    whoever finds it accepted finds the holds as well.
    """
    noticed = look_before_charging(now=now)
    if noticed:
        return noticed
    held = _HELD.rows(merchant_id=merchant_id)
    if is_refund:
        held = [one for one in held if one.kind != ChargeHold.Kind.TRUTH]
    here = next((one.why for one in held if one.connection_id in (None, connection_id)), "")
    elsewhere = {one.connection_id: one.why for one in held if one.is_felt_elsewhere}
    there = [one for one in elsewhere if one is not None]
    if here or not there:
        return here
    return next(iter(elsewhere.values())) if may_be_paid_at(there) else ""


def was_closed_before(
    removed_at: datetime | None, *, known_until: datetime | None, held_at: datetime
) -> bool:
    """Say whether a connection was closed already when the database that was restored last beat, and is still.

    `known_until`: of its hold, which was made at `held_at`.
    """
    return removed_at is not None and removed_at <= (known_until or held_at)


def holds_of(merchant_id: int) -> Sequence[ChargeHold]:
    """List a merchant's open holds with their connections, the oldest first."""
    return list(
        ChargeHold.objects.filter(merchant_id=merchant_id, released_at__isnull=True)
        .select_related("connection")
        .order_by("id")
    )
