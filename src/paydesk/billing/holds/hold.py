"""Let a merchant's charging wait, and say why. Asking twice for the same reason is one hold."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from paydesk.billing.holds.models import ChargeHold
from paydesk.database.transactions import in_transaction
from paydesk.merchants.find import all_merchant_ids
from paydesk.merchants.models import Connection

#: Who released a hold that a later one of its kind took the place of.
SUPERSEDED = "a later restore"


def hold_charging(
    *, merchant_id: int, connection_id: int | None, kind: ChargeHold.Kind, why: str, now: datetime
) -> ChargeHold:
    """Hold at one connection, or at all when it is None; gives the open hold, new or not. `now` is wall time."""
    return in_transaction(lambda: _open_hold(merchant_id, connection_id, kind, why, now))


def hold_everything(*, why: str, now: datetime) -> int:
    """Hold every open connection of every merchant after a restore; gives how many. `now` is wall time.

    A hold of an earlier restore is followed by a new one: whoever compares with the company since then has compared
    another database, and must not release this one.
    """
    return in_transaction(
        lambda: sum(_hold_after_restore(merchant_id, why, now) for merchant_id in all_merchant_ids())
    )


def _hold_after_restore(merchant_id: int, why: str, now: datetime) -> int:
    ChargeHold.objects.filter(
        merchant_id=merchant_id, kind=ChargeHold.Kind.RESTORE, released_at__isnull=True
    ).update(released_at=now, released_by=SUPERSEDED)
    connections = Connection.objects.filter(merchant_id=merchant_id, removed_at__isnull=True).order_by("id")
    holds = [
        _new_hold(merchant_id, connection_id, ChargeHold.Kind.RESTORE, why, now)
        for connection_id in connections.values_list("id", flat=True)
    ]
    return len(ChargeHold.objects.bulk_create(holds))


def _open_hold(
    merchant_id: int, connection_id: int | None, kind: ChargeHold.Kind, why: str, now: datetime
) -> ChargeHold:
    there = ChargeHold.objects.filter(
        Q(("connection_id", connection_id)), merchant_id=merchant_id, kind=kind, released_at__isnull=True
    ).first()
    if there is not None:
        return there
    hold = _new_hold(merchant_id, connection_id, kind, why, now)
    hold.save(force_insert=True)
    return hold


def _new_hold(
    merchant_id: int, connection_id: int | None, kind: ChargeHold.Kind, why: str, now: datetime
) -> ChargeHold:
    return ChargeHold(
        merchant_id=merchant_id, connection_id=connection_id, kind=kind, why=why, started_at=now
    )
