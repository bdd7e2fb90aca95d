"""Count what a process does to the outside: each statement, each commit, each call of a company; kill it before one.

That is finer than the named points: the process dies at operation 1, then at 2, until a run goes through.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from paydesk.gateways import http

#: What an operation is called that opens a connection.
CONNECT = "CONNECT"
_WORDS = 120


class Operations:
    """What this process has done so far. Install it once, after the fork."""

    def __init__(self, *, at: int, trouble: str, say: Callable[[str], object]) -> None:
        """At the operation of that number the process is killed, or has a `trouble` of the table below."""
        self._at = at
        self._trouble = trouble
        self._say = say
        self._count = 0

    def install(self) -> None:
        """Count from now on."""
        vars(http)["send"] = self._counted(http.send, lambda request, **_: f"{request.method} {request.url}")
        for owner, name, words in (
            (CursorWrapper, "execute", lambda _, sql, *rest: sql),
            (CursorWrapper, "executemany", lambda _, sql, *rest: sql),
            (BaseDatabaseWrapper, "_commit", lambda _: "COMMIT"),
            (BaseDatabaseWrapper, "connect", lambda _: CONNECT),
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
        self._say(" ".join(words.split())[:_WORDS])
        if self._count == self._at:
            _TROUBLES[self._trouble]()


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _drop_connection() -> None:
    """The database is gone for this connection; what it was about to be asked raises."""
    if connection.connection is not None:
        connection.connection.close()


def _say_no(error: type[psycopg.Error]) -> None:
    raise OperationalError(f"a drill: {error.__name__}") from error("a drill")


_TROUBLES: dict[str, Callable[[], None]] = {
    "kill": _kill,
    "dropped": _drop_connection,
    "serialization": partial(_say_no, psycopg.errors.SerializationFailure),
    "deadlock": partial(_say_no, psycopg.errors.DeadlockDetected),
    "lock_timeout": partial(_say_no, psycopg.errors.LockNotAvailable),
    "statement_timeout": partial(_say_no, psycopg.errors.QueryCanceled),
    "no_connection": partial(_say_no, psycopg.errors.TooManyConnections),
}
