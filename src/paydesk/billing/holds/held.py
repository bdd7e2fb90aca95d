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
) -> str:
    """Give the reason, for staff; empty when money may be asked for. `now` is wall time.

    `may_be_paid_at`: says whether what is to be charged may have been paid at one of these other connections (ids), of
    which after a restore it is not known yet what was charged there.

    The heartbeat comes first: a worker commits its holds together with its word that the database is accepted, so
    whoever finds it accepted finds the holds as well.
    """
    noticed = look_before_charging(now=now)
    if noticed:
        return noticed
    held = _HELD.rows(merchant_id=merchant_id)
    here = next((one.why for one in held if one.connection_id in (None, connection_id)), "")
    if here or not any(one.kind == ChargeHold.Kind.RESTORE for one in held):
        return here
    elsewhere = {hold.connection_id: hold.why for hold in holds_of(merchant_id) if _holds_elsewhere(hold)}
    there = [one for one in elsewhere if one is not None]
    return next(iter(elsewhere.values())) if there and may_be_paid_at(there) else ""


def was_closed_before(hold: ChargeHold) -> bool:
    """Say whether its connection was closed already when the database that was restored last beat, and is still."""
    removed_at = hold.connection.removed_at if hold.connection else None
    return removed_at is not None and removed_at <= (hold.known_until or hold.started_at)


def _holds_elsewhere(hold: ChargeHold) -> bool:
    """What was closed in the backup waits for being opened again, maybe for ever: no other connection waits for it."""
    return hold.kind == ChargeHold.Kind.RESTORE and not was_closed_before(hold)


def holds_of(merchant_id: int) -> Sequence[ChargeHold]:
    """List a merchant's open holds with their connections, the oldest first."""
    return list(
        ChargeHold.objects.filter(merchant_id=merchant_id, released_at__isnull=True)
        .select_related("connection")
        .order_by("id")
    )
