"""One clock for all processes of a drill, which the drill puts forward: so nobody waits for a lease to end."""

from __future__ import annotations

import mmap
import struct
from datetime import UTC, datetime, timedelta

from paydesk.kit import clock

_SECONDS = struct.Struct("d")


class DrillClock:
    """How far the clock on the wall is ahead, in memory that forked processes share: a stopped one sees it, too."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _SECONDS.size)

    def ahead(self) -> timedelta:
        """Give how far it is ahead."""
        (seconds,) = _SECONDS.unpack_from(self._memory)
        return timedelta(seconds=seconds)

    def set_ahead(self, ahead: timedelta) -> None:
        """Let it be so far ahead, in all processes at once."""
        _SECONDS.pack_into(self._memory, 0, ahead.total_seconds())

    def wall_now(self) -> datetime:
        """Give what is the time on the wall for everybody in the drill."""
        return datetime.now(UTC) + self.ahead()

    def hang_up(self) -> None:
        """Let all of Paydesk go by this clock, in this process and those that it forks."""
        vars(clock)["wall_now"] = self.wall_now
