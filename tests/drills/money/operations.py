"""Count what a process does to the outside: each statement, each commit, each call of a company; kill it before one.

That is finer than the named points: the process dies at operation 1, then at 2, until a run goes through.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from paydesk.gateways import http

_WORDS = 120


class Operations:
    """What this process has done so far. Install it once, after the fork."""

    def __init__(self, *, kill_at: int, say: Callable[[str], object]) -> None:
        self._kill_at = kill_at
        self._say = say
        self._count = 0

    def install(self) -> None:
        """Count from now on."""
        vars(http)["send"] = self._counted(http.send, lambda request, **_: f"{request.method} {request.url}")
        for owner, name, words in (
            (CursorWrapper, "execute", lambda _, sql, *rest: sql),
            (CursorWrapper, "executemany", lambda _, sql, *rest: sql),
            (BaseDatabaseWrapper, "_commit", lambda _: "COMMIT"),
        ):
            setattr(owner, name, self._counted(getattr(owner, name), words))

    def end(self) -> None:
        """Count the end as well: a process may die when all is done."""
        self._next("the end")

    def _counted(self, step: Callable[..., Any], words: Callable[..., str]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            self._next(words(*given, **named))
            return step(*given, **named)

        return counted

    def _next(self, words: str) -> None:
        self._count += 1
        if self._count == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self._say(" ".join(words.split())[:_WORDS])
