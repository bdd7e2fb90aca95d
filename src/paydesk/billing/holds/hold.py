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


def hold_everything(*, why: str, now: datetime, known_until: datetime | None = None) -> int:
    """Hold every connection of every merchant after a restore; gives how many. Both times are wall time.

    One that is closed, too: it may have been open after the backup, and is compared when it is opened again.
    `known_until`: when the database that was restored last beat; None if it never did. A hold of an earlier restore is
    followed by a new one: whoever compares with the company since then has compared another database, and must not
    release this one.
    """
    return in_transaction(
        lambda: sum(
            _hold_after_restore(merchant_id, why, known_until, now) for merchant_id in all_merchant_ids()
        )
    )


def _hold_after_restore(merchant_id: int, why: str, known_until: datetime | None, now: datetime) -> int:
    """What an earlier restore left to be compared is compared with this one."""
    earlier = ChargeHold.objects.filter(
        merchant_id=merchant_id, kind=ChargeHold.Kind.RESTORE, released_at__isnull=True
    )
    known = {hold.connection_id: hold.known_until for hold in earlier}
    earlier.update(released_at=now, released_by=SUPERSEDED)
    connections = Connection.objects.filter(merchant_id=merchant_id).order_by("id")
    holds = [
        _new_hold(merchant_id, connection_id, ChargeHold.Kind.RESTORE, why, now)
        for connection_id in connections.values_list("id", flat=True)
    ]
    for hold in holds:
        hold.known_until = _earliest(known_until, known.get(hold.connection_id, known_until))
    return len(ChargeHold.objects.bulk_create(holds))


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    """Nothing is known where one of them knows nothing."""
    return None if one is None or other is None else min(one, other)


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
