"""Keep under a company's rate limit: what is waited for goes first, and what nobody waits for has half of it at most.

Counts the requests of one process, account by account. Several processes may be over the limit together: then the
company says so (429), and what nobody waits for leaves that account alone for as long as it was told to.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

from paydesk.gateways.contract import GatewayBusy

#: Of the documented rate: what flows steadily, and what may come at once; so no second ever has more than all of it.
_STEADY, _AT_ONCE = 0.8, 0.2
#: Of that: what work without a waiting customer may have.
_UNHURRIED_SHARE = 0.5
#: Below this a wait is an error of rounding.
_MOMENT_SECONDS = 0.001

_IS_UNHURRIED: ContextVar[bool] = ContextVar("is_unhurried", default=False)


@contextmanager
def unhurried() -> Iterator[None]:
    """While it is open, this thread asks companies for something that nobody waits for: an import, a look around."""
    before = _IS_UNHURRIED.set(True)
    try:
        yield
    finally:
        _IS_UNHURRIED.reset(before)


@dataclass(slots=True)
class _Bucket:
    """Tokens that flow in steadily up to a brim. Below zero: they were promised, and whoever took them waits."""

    a_second: float
    brim: float
    tokens: float
    filled_at: float

    def fill(self, now: float) -> None:
        self.tokens = min(self.brim, self.tokens + (now - self.filled_at) * self.a_second)
        self.filled_at = now

    def seconds_to(self, tokens: float) -> float:
        seconds = (tokens - self.tokens) / self.a_second
        return seconds if seconds > _MOMENT_SECONDS else 0.0


@dataclass(slots=True)
class _Account:
    """One account at a company: all requests, those that nobody waits for, and until when the latter are held."""

    all: _Bucket
    unhurried: _Bucket


class Pacer:
    """Gives turns. The clock is a monotonic one, in seconds; it and the sleep are handed in."""

    def __init__(self, *, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._accounts: dict[str, _Account] = {}
        self._held_until: dict[str, float] = {}

    def wait_turn(self, account: str, *, a_second: int) -> None:
        """Wait until a request may go out; `a_second` is the company's documented rate, 0 where there is none.

        Raises GatewayBusy at once for what nobody waits for, while the company wants to be left alone.
        """
        if _IS_UNHURRIED.get():
            self._refuse_while_held(account)
        while a_second and (seconds := self._take(account, a_second)):
            self._sleep(seconds)
            if not _IS_UNHURRIED.get():
                return

    def hold(self, account: str, *, retry_after: timedelta) -> None:
        """Note that the company wants to be left alone for so long."""
        with self._lock:
            until = self._clock() + retry_after.total_seconds()
            self._held_until[account] = max(until, self._held_until.get(account, until))

    def _refuse_while_held(self, account: str) -> None:
        with self._lock:
            left = self._held_until.get(account, 0.0) - self._clock()
        if left > 0:
            raise GatewayBusy("The company asked us to slow down.", retry_after=timedelta(seconds=left))

    def _take(self, account: str, a_second: int) -> float:
        """Take a turn, and say how long to wait for it. What nobody waits for takes only what is there at once."""
        with self._lock:
            now = self._clock()
            found = self._accounts.get(account) or self._accounts.setdefault(account, _opened(a_second, now))
            found.all.fill(now)
            found.unhurried.fill(now)
            if not _IS_UNHURRIED.get():
                found.all.tokens -= 1
                return found.all.seconds_to(0)
            seconds = max(found.all.seconds_to(1), found.unhurried.seconds_to(1))
            if not seconds:
                found.all.tokens -= 1
                found.unhurried.tokens -= 1
            return seconds


def _opened(a_second: int, now: float) -> _Account:
    return _Account(all=_bucket(a_second, now), unhurried=_bucket(a_second * _UNHURRIED_SHARE, now))


def _bucket(a_second: float, now: float) -> _Bucket:
    brim = max(1.0, a_second * _AT_ONCE)
    return _Bucket(a_second=a_second * _STEADY, brim=brim, tokens=brim, filled_at=now)
