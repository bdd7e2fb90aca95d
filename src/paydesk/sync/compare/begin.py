"""Begin to compare each connection that waits after a restore, and tell staff of the restore once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.open import open_concern
from paydesk.billing.holds.models import ChargeHold
from paydesk.database.transactions import in_transaction
from paydesk.merchants.find import all_merchant_ids
from paydesk.merchants.models import Connection
from paydesk.sync.models import Comparison

#: An ask of another process that was on its way when the database was replaced may still move money: to prepare, to
#: confirm, to call off. Each is waited for as long as the setting says, and a company may act a little after that.
_CALLS_OF_AN_ASK = 3
_ACTS_LATE = timedelta(minutes=2)


def begin_comparisons(now: datetime) -> None:
    """Make the row of each open hold that has none. The worker does it when it holds, and on a timer after a kill.

    A connection that is closed cannot be asked: its hold waits for being opened again, and its row as well.
    """
    for merchant_id in all_merchant_ids():
        waiting = ChargeHold.objects.filter(
            merchant_id=merchant_id,
            kind=ChargeHold.Kind.RESTORE,
            released_at__isnull=True,
            connection__isnull=False,
            connection__removed_at__isnull=True,
            comparison__isnull=True,
        )
        for hold in waiting.select_related("connection").order_by("id"):
            _begin(hold, now)


def subject_of(connection: Connection) -> str:
    """Name what the concern about a restore is about."""
    return f"connection:{connection.uuid}"


def has_come_to_its_end_at(hold: ChargeHold) -> datetime:
    """Say by when whatever was asked for before the hold has moved its money or never will."""
    return (
        hold.started_at + _ACTS_LATE + _CALLS_OF_AN_ASK * timedelta(seconds=settings.PAYDESK_GATEWAY_SECONDS)
    )


def _begin(hold: ChargeHold, now: datetime) -> None:
    connection = hold.connection
    if connection is None:
        raise AssertionError("a restore holds each connection by itself")
    due_at = has_come_to_its_end_at(hold)

    def write() -> None:
        known = {"merchant_id": hold.merchant_id, "connection_id": connection.id, "hold_id": hold.id}
        Comparison.objects.get_or_create(**known, defaults={"due_at": due_at})
        open_concern(
            merchant_id=hold.merchant_id,
            kind=Concern.Kind.RESTORED,
            subject=subject_of(connection),
            facts={"connection": connection.name},
            now=now,
        )

    in_transaction(write)
