"""Beat: let the number in the database grow, and then keep it outside. A restored database is accepted the same way.

The order matters. Outside is written what the database has committed and nothing else: a kill in between leaves the
file behind, and a database that is put back meanwhile is found to be behind the file.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import uuid4

from django.db.models import F, Q

from paydesk.database.identity import system_id, timeline
from paydesk.database.transactions import in_transaction, is_postgresql
from paydesk.work.heartbeat.file import keep_beat, kept_beat
from paydesk.work.heartbeat.look import is_fresh, look_before_charging
from paydesk.work.heartbeat.memory import MEMORY
from paydesk.work.heartbeat.rule import Beat
from paydesk.work.models import Heartbeat

log = logging.getLogger(__name__)


def beat(*, now: datetime) -> bool:
    """Beat once; False, and nothing is written, when the database has gone back. `now` is wall time.

    Raises OSError when the file cannot be written.
    """
    known = _known_number()
    beaten = in_transaction(lambda: _advance(Q(number__gte=known), is_first=not known, now=now))
    if beaten is not None:
        remember(beaten)
    return beaten is not None


def beat_where_no_worker_does(*, now: datetime) -> None:
    """Beat before money is asked for, where no worker was seen lately: else nothing tells of a restore to before it.

    With a worker at work nothing is read or written here: what this process saw a moment ago tells of its beats. What
    speaks against beating is left for a worker to find, and a file that cannot be written stops no payment.
    """
    if _somebody_beats(now) or look_before_charging(now=now) or _somebody_beats(now):
        return
    try:
        beat(now=now)
    except OSError as trouble:
        log.error("the heartbeat file cannot be written: %s", trouble)


def _somebody_beats(now: datetime) -> bool:
    return MEMORY.beat_at is not None and is_fresh(MEMORY.beat_at, now)


def accept(*, now: datetime) -> Beat:
    """Take the database as it is, inside the transaction that holds all charging; `remember` follows its commit.

    The number goes on above everything that was ever seen here, so that a restore is noticed once.
    """
    number = max(_known_number(), _row_number()) + 1
    accepted = _advance(Q(), is_first=True, now=now, number=number)
    if accepted is None:
        raise AssertionError("the row of the heartbeat is there")
    return accepted


def remember(beaten: Beat) -> None:
    """Keep what was committed: in this process, and in the file. Raises OSError when that cannot be written."""
    MEMORY.see(beaten.number)
    keep_beat(beaten)


def _advance(unless_back: Q, *, is_first: bool, now: datetime, number: int | None = None) -> Beat | None:
    """One conditional UPDATE; its row count tells whether the database was still the one that we know."""
    mine = Heartbeat.objects.filter(id=Heartbeat.ONLY)
    if is_first:
        Heartbeat.objects.bulk_create(
            [Heartbeat(id=Heartbeat.ONLY, database_id=_new_id(), beat_at=now)], ignore_conflicts=True
        )
    changed = mine.filter(unless_back).update(
        number=F("number") + 1 if number is None else number, beat_at=now, timeline=timeline()
    )
    if not changed:
        return None
    if found := system_id():
        mine.update(database_id=found)
    row = mine.get()
    return Beat(number=row.number, database_id=row.database_id, timeline=row.timeline)


def _known_number() -> int:
    kept = kept_beat()
    return max(MEMORY.number, kept.number if kept else 0)


def _row_number() -> int:
    return Heartbeat.objects.filter(id=Heartbeat.ONLY).values_list("number", flat=True).first() or 0


def _new_id() -> str:
    """SQLite's files have no id of their own, so the row keeps one; a copy of the file has the same."""
    return "" if is_postgresql() else uuid4().hex
