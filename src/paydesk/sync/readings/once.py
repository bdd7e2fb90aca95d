"""Let one process read an object once for all events about it that were stored before the reading began.

What a company says now includes whatever it told us of before. Rows of the inbox say what was before, not a clock: ours
may be wrong for a while, and a company's is another. Of a week of events about one bill the first reads it, and the
others have nothing to add. A process remembers what it read last; one that does not remember reads. A database that is
put back gives the same numbers to other rows, so a reading is remembered with the row that was the newest then, and is
believed only while that row is there.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from paydesk.database.transactions import let_go

#: Objects that a process remembers; a few hundred bytes each.
_REMEMBERED = 10_000


class Row(NamedTuple):
    """A row of the inbox, and when it was stored: another one that has its number after a restore is not it."""

    id: int
    received_at: datetime


@dataclass(slots=True)
class _Reading:
    """One object: the newest row when its last whole reading began, and how many threads are here for it."""

    newest: Row | None = None
    here_count: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)


#: The one that somebody was here for last is the last.
_READINGS: OrderedDict[Hashable, _Reading] = OrderedDict()
_READINGS_LOCK = threading.Lock()


def read_once(
    key: Hashable,
    read: Callable[[], None],
    *,
    row_id: int,
    newest_row: Callable[[], Row],
    is_there: Callable[[Row], bool],
) -> None:
    """Read for the event at `row_id`, unless a reading began when that row was there; whoever comes meanwhile waits.

    `newest_row`: gives the newest of the inbox. `is_there`: says whether a row that was the newest once is there still.
    """
    with _in_turn(key) as reading:
        if reading.newest is not None and row_id <= reading.newest.id and is_there(reading.newest):
            return
        newest = newest_row()
        read()
        reading.newest = newest


@contextmanager
def _in_turn(key: Hashable) -> Iterator[_Reading]:
    with _READINGS_LOCK:
        reading = _READINGS.setdefault(key, _Reading())
        _READINGS.move_to_end(key)
        reading.here_count += 1
    try:
        let_go()
        with reading.turn:
            yield reading
    finally:
        with _READINGS_LOCK:
            reading.here_count -= 1
            _forget_the_oldest()


def _forget_the_oldest() -> None:
    """Keep whatever a thread is here for."""
    if len(_READINGS) > _REMEMBERED:
        idle = (key for key, reading in _READINGS.items() if not reading.here_count)
        if (oldest := next(idle, None)) is not None:
            del _READINGS[oldest]
