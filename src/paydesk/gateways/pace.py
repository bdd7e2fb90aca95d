"""Keep under a company's rate limit: what is waited for goes first, and what nobody waits for has half of it at most.

Counts the requests of one process, account by account; workers that know of each other take an equal part of it each.
Web processes are not counted: over the limit, the company says so (429), and what nobody waits for leaves that account
alone for as long as it was told to.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

from paydesk.gateways.contract import GatewayBusy

#: Of the documented rate, in hundredths: what flows steadily, and what may come at once. Together they are all of it,
#: so that no second ever has more.
_STEADY, _AT_ONCE = 80, 20
#: Work without a waiting customer has one part in so many.
_UNHURRIED_PARTS = 2
_SECOND = 1_000_000_000

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
    """Turns that come steadily, one each `interval`, of which `slack` may be saved up. All in nanoseconds."""

    interval: int
    slack: int
    free_at: int

    def wait(self, now: int) -> int:
        return max(0, self.free_at - now)

    def take(self, now: int) -> None:
        """Take the next turn, which may be later than now: then whoever took it waits."""
        self.free_at = max(self.free_at, now - self.slack) + self.interval


@dataclass(slots=True)
class _Account:
    """One account at a company: the turns of all requests, and of those that nobody waits for."""

    all: _Bucket
    unhurried: _Bucket


class Pacer:
    """Gives turns. The clock is a monotonic one, in nanoseconds; it and the sleep are handed in."""

    def __init__(self, *, clock: Callable[[], int], sleep: Callable[[timedelta], None]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._accounts: dict[str, _Account] = {}
        self._held_until: dict[str, int] = {}
        self._parts = 1
        self._is_shared_anew = False

    def share(self, parts: int) -> None:
        """Take one part in so many of each company's limit from now on, since others ask the same companies."""
        with self._lock:
            if parts != self._parts:
                self._parts, self._is_shared_anew = parts, True
                # Nothing is saved up for a new part: the second at hand may have had its share already.
                self._accounts.clear()

    def wait_turn(self, account: str, *, a_second: int) -> None:
        """Wait until a request may go out; `a_second` is the company's documented rate, 0 where there is none.

        Raises GatewayBusy at once for what nobody waits for, while the company wants to be left alone.
        """
        if _IS_UNHURRIED.get():
            self._refuse_while_held(account)
        while a_second and (wait := self._take(account, a_second)):
            # Rounded up: a moment too early would be for nothing.
            self._sleep(timedelta(microseconds=wait // 1_000 + 1))
            if not _IS_UNHURRIED.get():
                return

    def hold(self, account: str, *, retry_after: timedelta) -> None:
        """Note that the company wants to be left alone for so long."""
        with self._lock:
            until = self._clock() + retry_after // timedelta(microseconds=1) * 1_000
            self._held_until[account] = max(until, self._held_until.get(account, until))

    def _refuse_while_held(self, account: str) -> None:
        with self._lock:
            left = self._held_until.get(account, 0) - self._clock()
        if left > 0:
            retry_after = timedelta(microseconds=left // 1_000)
            raise GatewayBusy("The company asked us to slow down.", retry_after=retry_after)

    def _take(self, account: str, a_second: int) -> int:
        """Take a turn, and say how long to wait for it. What nobody waits for takes only what is there at once."""
        with self._lock:
            now = self._clock()
            found = self._accounts.get(account)
            if found is None:
                rate = max(1, a_second // self._parts)
                found = self._accounts[account] = _opened(rate, now, has_saved=not self._is_shared_anew)
            wait = found.all.wait(now)
            if _IS_UNHURRIED.get():
                if wait := max(wait, found.unhurried.wait(now)):
                    return wait
                found.unhurried.take(now)
            found.all.take(now)
            return wait


def _opened(a_second: int, now: int, *, has_saved: bool) -> _Account:
    return _Account(
        all=_bucket(a_second, 1, now, has_saved=has_saved),
        unhurried=_bucket(a_second, _UNHURRIED_PARTS, now, has_saved=has_saved),
    )


def _bucket(a_second: int, parts: int, now: int, *, has_saved: bool) -> _Bucket:
    interval = _SECOND * 100 * parts // (a_second * _STEADY)
    slack = (max(1, a_second * _AT_ONCE // 100 // parts) - 1) * interval
    return _Bucket(interval=interval, slack=slack, free_at=now - slack if has_saved else now)
