"""Say how far something is: on one line of a terminal, which is written anew; in a log every few seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.management.base import OutputWrapper

_LINE_SECONDS = 5.0


@dataclass(kw_only=True)
class OneLine:
    """The line as it was said last. `clock` gives elapsed seconds."""

    out: OutputWrapper
    clock: Callable[[], float]
    _said_at: float = field(default=float("-inf"), init=False)
    _last: str = field(default="", init=False)
    _is_said: bool = field(default=True, init=False)

    def show(self, line: str) -> None:
        """Say it, or keep it for the next time that a log gets a line."""
        self._last, self._is_said = line, False
        if self.out.isatty():
            self.out.write(f"\r\x1b[K{line}", ending="")
            self.out.flush()
        elif self.clock() - self._said_at >= _LINE_SECONDS:
            self._say()

    def end(self) -> None:
        """Leave the last word standing."""
        if self._last and self.out.isatty():
            self.out.write("")
        elif not self._is_said:
            self._say()

    def _say(self) -> None:
        self._said_at, self._is_said = self.clock(), True
        self.out.write(self._last)
        self.out.flush()
