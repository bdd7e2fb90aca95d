"""Look whether the database was restored: the worker at each beat, and whoever is about to ask for money."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from paydesk.database.compiled import CompiledQuery
from paydesk.database.identity import file_number, system_id, timeline
from paydesk.kit.clock import HOSTS_DIFFER_BY
from paydesk.work.heartbeat.file import kept_beat
from paydesk.work.heartbeat.memory import MEMORY
from paydesk.work.heartbeat.rule import NO_FILE, NOBODY_LOOKED, Beat, Signs, restored_because
from paydesk.work.models import Heartbeat

#: A worker that is alive has beaten within this time: it beats every five seconds, and clocks of hosts differ.
ALIVE_FOR = HOSTS_DIFFER_BY + timedelta(seconds=30)


class _Row(NamedTuple):
    number: int
    database_id: str
    timeline: int
    beat_at: datetime
    timeline_here: int


_ROW = CompiledQuery(
    build=lambda row_id: Heartbeat.objects.filter(id=row_id).values_list(*_Row._fields[:-1], timeline()),
    into=_Row,
    slots={"row_id": int},
)


def know_file() -> None:
    """Remember which file SQLite has, as a process starts: its connections hold that one, whatever is put there."""
    MEMORY.is_replaced(file_number())


def look(*, has_charged: Callable[[], bool]) -> str:
    """Say for a worker why this database is a restored one; empty when it is not.

    `has_charged` is asked only where no heartbeat is found: with money asked for, an installation is not a new one.
    """
    row, kept = _row(), kept_beat()
    is_without_trace = row is None and kept is None
    return restored_because(
        _signs(row, kept, database_id=system_id(), has_charged=is_without_trace and has_charged())
    )


def look_before_charging(*, now: datetime) -> str:
    """Say why money must not be asked for here before a worker has looked; empty when nothing is against it.

    One read of one row and a look at a file, so it may be asked in each transaction that opens an attempt. A host
    without the file, or whose file has missed beats, relies on a worker elsewhere that is alive. `now` is wall time.
    """
    row, kept = _row(), kept_beat()
    why = restored_because(_signs(row, kept, database_id="", has_charged=False))
    if why and why != NO_FILE:
        return why
    knows_last = row is None or (kept is not None and kept.number == row.number)
    return "" if knows_last or (row is not None and is_fresh(row.beat_at, now)) else NOBODY_LOOKED


def last_beat_at() -> datetime | None:
    """Say when this database last beat, by its own row; None when it never did. In a restored one it is long ago."""
    row = _row()
    return None if row is None else row.beat_at


def is_fresh(beat_at: datetime, now: datetime) -> bool:
    """Say whether somebody beats: the last beat was a moment ago."""
    return now - beat_at < ALIVE_FOR


def _row() -> _Row | None:
    row = _ROW.first(row_id=Heartbeat.ONLY)
    if row is not None:
        MEMORY.beat_at = row.beat_at
    return row


def _signs(row: _Row | None, kept: Beat | None, *, database_id: str, has_charged: bool) -> Signs:
    signs = Signs(
        row=None
        if row is None
        else Beat(number=row.number, database_id=row.database_id, timeline=row.timeline),
        here=Beat(number=0, database_id=database_id, timeline=0 if row is None else row.timeline_here),
        kept=kept,
        seen_number=MEMORY.number,
        is_replaced=MEMORY.is_replaced(file_number()),
        has_charged=has_charged,
    )
    MEMORY.see(0 if row is None else row.number)
    return signs
