"""Tell others how a move goes, in the transaction in which it goes there."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from paydesk.billing.arrangements.moving.models import Move
from paydesk.events.record import record_event

#: `stands`: the old one had ended before the bank said no, and the new one goes on with its first payment open.
What = Literal["begun", "undone", "done", "stands", "dropped"]


def tell_of_move(move: Move, what: What, *, now: datetime) -> None:
    """Record it. `now` is wall time."""
    record_event(
        merchant_id=move.merchant_id,
        name="subscription.moved",
        subject={"move": move.public_id, "what": what},
        now=now,
    )
