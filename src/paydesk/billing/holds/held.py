"""Say why charging waits: what every verb that opens an attempt asks inside its transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from paydesk.billing.holds.models import ChargeHold
from paydesk.database.compiled import CompiledQuery
from paydesk.work.heartbeat.look import look_before_charging


class _Held(NamedTuple):
    why: str


#: Asked before each charge, so it is compiled once.
_HELD = CompiledQuery(
    build=lambda merchant_id, connection_id: (
        ChargeHold.objects.filter(
            Q(connection_id=connection_id) | Q(connection_id=None),
            merchant_id=merchant_id,
            released_at__isnull=True,
        )
        .order_by("id")
        .values_list("why")[:1]
    ),
    into=_Held,
    slots={"merchant_id": int, "connection_id": int},
)


def held_because(*, merchant_id: int, connection_id: int, now: datetime) -> str:
    """Give the reason, for staff; empty when money may be asked for. `now` is wall time.

    The heartbeat comes first: a worker commits its holds together with its word that the database is accepted, so
    whoever finds it accepted finds the holds as well.
    """
    noticed = look_before_charging(now=now)
    if noticed:
        return noticed
    held = _HELD.first(merchant_id=merchant_id, connection_id=connection_id)
    return held.why if held else ""


def holds_of(merchant_id: int) -> Sequence[ChargeHold]:
    """List a merchant's open holds with their connections, the oldest first."""
    return list(
        ChargeHold.objects.filter(merchant_id=merchant_id, released_at__isnull=True)
        .select_related("connection")
        .order_by("id")
    )
