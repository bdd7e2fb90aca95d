"""A clock that stands still until somebody moves it: a seed always sees the same times."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta


class VirtualClock:
    """Wall time of one run. What was put off is done when its moment comes, in order."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._numbers = itertools.count()
        self._put_off: list[tuple[datetime, int, Callable[[], None]]] = []

    def wall_now(self) -> datetime:
        """Stand in for `kit.clock.wall_now`."""
        return self.now

    def put_off(self, delay: timedelta, act: Callable[[], None]) -> None:
        """Do something later, by itself."""
        heapq.heappush(self._put_off, (self.now + delay, next(self._numbers), act))

    def next_at(self) -> datetime | None:
        """Say when something that was put off happens next."""
        return self._put_off[0][0] if self._put_off else None

    def move(self, by: timedelta) -> None:
        """Let time pass, and what was put off happen."""
        until = self.now + by
        while self._put_off and self._put_off[0][0] <= until:
            moment, _, act = heapq.heappop(self._put_off)
            self.now = max(self.now, moment)
            act()
        self.now = until
