"""Stop speaking for a connection; refused while money is in doubt there, or a move acts: only its company can tell."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from paydesk.billing.arrangements.carry_out import drop_changes
from paydesk.billing.arrangements.changes.ask_company import drop_actions
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.payments.models import Attempt, Refund
from paydesk.database.transactions import in_transaction, locked_whole
from paydesk.merchants.close import close_connection
from paydesk.merchants.models import Connection


class DisconnectRefused(Exception):
    """The words say what has to be waited for; staff read them."""


def disconnect(*, merchant_id: int, connection_id: int, now: datetime) -> None:
    """Close the connection, or raise DisconnectRefused. `now` is wall time."""
    in_transaction(lambda: _close(merchant_id, connection_id, now))


def _close(merchant_id: int, connection_id: int, now: datetime) -> None:
    """No attempt can be inserted meanwhile, and one that waits to be sees afterwards that the connection is closed.

    Nor does a move begin to act: it takes the same lock.
    """
    locked_whole(Connection.objects.filter(merchant_id=merchant_id, id=connection_id)).get()
    open_count = Attempt.objects.filter(
        merchant_id=merchant_id,
        connection_id=connection_id,
        origin=Attempt.Origin.PAYDESK,
        state__in=Attempt.OPEN,
    ).count()
    if open_count:
        raise DisconnectRefused(
            f"{open_count} payments were asked for here and not answered yet. Wait until they are, then ask again."
        )
    refund_count = Refund.objects.filter(
        merchant_id=merchant_id, connection_id=connection_id, state__in=Refund.OPEN
    ).count()
    if refund_count:
        raise DisconnectRefused(
            f"{refund_count} refunds were asked for here and not answered yet. Wait until they are, then ask again."
        )
    is_here = Q(source__connection_id=connection_id) | Q(target__connection_id=connection_id)
    move_count = Move.objects.filter(is_here, merchant_id=merchant_id, state__in=Move.ACTING).count()
    if move_count:
        raise DisconnectRefused(
            f"{move_count} subscriptions are being moved from or to here. Wait until they are, then ask again."
        )
    drop_changes(merchant_id=merchant_id, connection_id=connection_id)
    drop_actions(merchant_id=merchant_id, connection_id=connection_id)
    close_connection(merchant_id=merchant_id, connection_id=connection_id, now=now)
