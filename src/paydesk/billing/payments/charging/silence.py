"""Leave a company alone for a while that does not answer, so that a day without it does not cost a try a payment."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

_FIRST = timedelta(seconds=5)
_LONGEST = timedelta(minutes=2)


@dataclass(slots=True)
class _Silent:
    until: datetime
    pause: timedelta


class Silence:
    """What one process has heard of the companies, by connection. Times are wall time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._silent: dict[int, _Silent] = {}

    def until(self, connection_id: int, *, now: datetime) -> datetime | None:
        """Say until when a connection is left alone. Whoever asks after that is the one who tries it again."""
        with self._lock:
            found = self._silent.get(connection_id)
            if found is None:
                return None
            if now < found.until:
                return found.until
            # The others wait for what becomes of this one's try.
            found.until = now + found.pause
            return None

    def note(self, connection_id: int, *, now: datetime, retry_after: timedelta | None) -> datetime:
        """Note that it gave no answer, and say until when it is left alone: longer each time, or as long as it said."""
        with self._lock:
            before = self._silent.get(connection_id)
            pause = min(before.pause * 2, _LONGEST) if before else _FIRST
            until = now + (retry_after or pause)
            self._silent[connection_id] = _Silent(until=until, pause=pause)
            return until

    def broken(self, connection_id: int) -> None:
        """Note that it answers."""
        if connection_id in self._silent:
            with self._lock:
                self._silent.pop(connection_id, None)


SILENCE = Silence()
