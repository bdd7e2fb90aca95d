"""Let charging go on: staff say so, or what the company knows was compared after a restore."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from paydesk.billing.holds.models import ChargeHold
from paydesk.database.transactions import is_postgresql

#: Who released a hold after the company's books and ours were compared.
RECONCILED = "compared with the company"


class ReleaseRefused(Exception):
    """Charging still waits. The words are for staff."""


def release_hold(
    *, merchant_id: int, hold_id: int, released_by: str, now: datetime, was_compared_by_hand: bool = False
) -> ChargeHold:
    """Release one hold, or raise ReleaseRefused; one that is released already stays as it is. `now` is wall time.

    `was_compared_by_hand`: a person answers for it that nothing which was charged since the backup is asked for again.
    """
    hold = _of(merchant_id).filter(id=hold_id).first()
    if hold is None:
        raise ReleaseRefused(f"There is no hold {hold_id} here. `paydesk status` lists them.")
    why_not = refusal(
        kind=hold.kind, was_compared_by_hand=was_compared_by_hand, is_postgresql=is_postgresql()
    )
    if why_not:
        raise ReleaseRefused(why_not)
    _release(_of(merchant_id).filter(id=hold_id), released_by, now)
    return _of(merchant_id).get(id=hold_id)


def refusal(*, kind: str, was_compared_by_hand: bool, is_postgresql: bool) -> str:
    """Say why a person may not release a hold of this kind; empty if one may.

    On SQLite a file is put back in a moment and nothing but its number tells how old it is, so nobody's word is enough.
    """
    if kind != ChargeHold.Kind.RESTORE:
        return ""
    if not is_postgresql:
        return (
            "A restore on SQLite is released by itself, once what was charged has been compared with the company."
            " Nobody can release it by hand."
        )
    if not was_compared_by_hand:
        return (
            "Payments may have been charged since the backup of which this database knows nothing. Charging goes on by"
            " itself once they have been compared with the company. If you have compared them yourself, say so with"
            " --compared-by-hand."
        )
    return ""


def release_reconciled(*, merchant_id: int, hold_id: int, now: datetime) -> bool:
    """Release a restore hold once everything that the company knows is compared. `now` is wall time.

    `hold_id`: the hold that was open when comparing began. False when it is open no more: the database was restored
    again meanwhile, and what was compared was another one.
    """
    open_now = _of(merchant_id).filter(id=hold_id, kind=ChargeHold.Kind.RESTORE)
    return _release(open_now, RECONCILED, now)


def _of(merchant_id: int) -> QuerySet[ChargeHold]:
    return ChargeHold.objects.filter(merchant_id=merchant_id)


def _release(holds: QuerySet[ChargeHold], released_by: str, now: datetime) -> bool:
    return holds.filter(released_at__isnull=True).update(released_at=now, released_by=released_by) == 1
