"""Let the threads of one process read an object once for all events about it that they have in hand.

Whoever comes while it is being read waits, and then needs a reading of its own only if none began since it took its
event: what a company says now includes whatever it told us of before.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from paydesk.database.transactions import let_go


@dataclass(slots=True)
class _Reading:
    """The last reading of one object that was written: when it began, and how many threads are here for it."""

    began_at: int = 0
    here_count: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)


_READINGS: dict[Hashable, _Reading] = {}
_READINGS_LOCK = threading.Lock()


def read_once(key: Hashable, read: Callable[[], None], *, taken_at: int) -> None:
    """Read, unless another thread has since `taken_at` (monotonic nanoseconds), when the caller took its event."""
    with _in_turn(key) as reading:
        if reading.began_at > taken_at:
            return
        began_at = time.monotonic_ns()
        read()
        reading.began_at = began_at


@contextmanager
def _in_turn(key: Hashable) -> Iterator[_Reading]:
    """An object is remembered only while a thread is here for it."""
    with _READINGS_LOCK:
        reading = _READINGS.setdefault(key, _Reading())
        reading.here_count += 1
    try:
        let_go()
        with reading.turn:
            yield reading
    finally:
        with _READINGS_LOCK:
            reading.here_count -= 1
            if not reading.here_count:
                del _READINGS[key]
