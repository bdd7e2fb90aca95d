"""What this process has seen of the database's heartbeat while it runs; no file can be restored over it."""

from __future__ import annotations

from datetime import datetime


class Memory:
    """The highest number, when it beat last, and which file SQLite had when we first looked."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew, as a process does that has just started."""
        self.number = 0
        self.beat_at: datetime | None = None
        self._file_number: int | None = None

    def see(self, number: int) -> None:
        """Remember a number that is committed."""
        self.number = max(self.number, number)

    def is_replaced(self, file_number: int) -> bool:
        """Say whether SQLite's file is another one than it was: our connections still hold the old one."""
        if self._file_number is None:
            self._file_number = file_number
        return self._file_number != file_number


MEMORY = Memory()
