"""Beat, or notice that a backup was restored: the worker's first act, and one that it repeats every few seconds."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from paydesk.billing.holds.hold import hold_everything
from paydesk.database.transactions import in_transaction
from paydesk.work.heartbeat.beat import accept, beat, remember
from paydesk.work.heartbeat.look import last_beat_at, look
from paydesk.work.heartbeat.rule import REPLACED, Beat

log = logging.getLogger(__name__)


class DatabaseReplaced(Exception):
    """The database is another file than the one that this process has open. Starting again is the only way."""


def beat_or_hold(*, has_charged: Callable[[], bool], now: datetime) -> str:
    """Beat and give nothing; after a restore hold all charging, accept the database, and give the reason for staff.

    `has_charged` says whether money was ever asked for, which counts where no heartbeat is found at all. `now` is wall
    time. Raises DatabaseReplaced, and OSError when the heartbeat file cannot be written.
    """
    if not _why(has_charged) and beat(now=now):
        return ""
    # The holds and the word that this database is accepted are one commit, and only then does the file tell of it:
    # killed before, the restore is noticed again; killed between, the holds are there.
    why, accepted = in_transaction(lambda: _hold_and_accept(has_charged, now))
    if accepted is not None:
        log.warning("charging waits: %s", why)
        remember(accepted)
    return why


def _hold_and_accept(has_charged: Callable[[], bool], now: datetime) -> tuple[str, Beat | None]:
    """Looked at again inside: another worker may have been faster."""
    why = _why(has_charged)
    if not why:
        return "", None
    hold_everything(why=why, known_until=last_beat_at(), now=now)
    return why, accept(now=now)


def _why(has_charged: Callable[[], bool]) -> str:
    why = look(has_charged=has_charged)
    if why == REPLACED:
        raise DatabaseReplaced(f"Charging waits: {why}.")
    return why
