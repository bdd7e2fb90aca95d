"""A queue is a table of due rows and the verb that works one off."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, close_old_connections

from paydesk.database.due_rows import DueRow
from paydesk.work.claim import Claim, bury, claim, finish, put_back

log = logging.getLogger(__name__)

_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(hours=1)


class Later(Exception):
    """Raised by a verb: not yet; put the row back until `due_at`. Not a failure: no row dies of it."""

    def __init__(self, due_at: datetime, why: str = "") -> None:
        super().__init__(why)
        self.due_at = due_at


@dataclass(frozen=True, kw_only=True)
class Queue:
    """`work` is safe to do twice; what it leaves undone it says by raising. A row dies of `failures_max` failures.

    `done_field`: a column of the row that is set to the time at which it was worked off.
    """

    name: str
    rows: type[DueRow]
    work: Callable[[Claim, datetime], None]
    lease: timedelta = timedelta(minutes=2)
    failures_max: int = 12
    threads: int = 4
    done_field: str = ""


def claim_of(queue: Queue, *, most: int, now: datetime) -> list[Claim]:
    """Claim what is due in one queue."""
    return claim(queue.rows, most=most, lease=queue.lease, now=now)


def work_one(queue: Queue, taken: Claim, *, clock: Callable[[], datetime]) -> None:
    """Work one claimed row off, and settle it as the verb left it."""
    try:
        queue.work(taken, clock())
    except Later as later:
        put_back(queue.rows, taken, due_at=later.due_at, trouble=str(later))
    except Exception as failure:
        # Whatever went wrong, the row stays: it is tried again, and a person sees it when it is dead.
        log.exception("queue %s row %s failed", queue.name, taken.row_id)
        if isinstance(failure, InterfaceError | OperationalError):
            # The row is put back over another connection, and nobody waits for the lease to end.
            close_old_connections()
        _after_failure(queue, taken, failure, now=clock())
    else:
        finish(queue.rows, taken, **({queue.done_field: clock()} if queue.done_field else {}))


def _after_failure(queue: Queue, taken: Claim, failure: Exception, *, now: datetime) -> None:
    trouble, failures = f"{type(failure).__name__}: {failure}"[:500], taken.failures_count + 1
    if failures >= queue.failures_max:
        bury(queue.rows, taken, now=now, trouble=trouble)
        return
    due_at = now + pause_after(taken.tries_count)
    put_back(queue.rows, taken, due_at=due_at, trouble=trouble, failures_count=failures)


def pause_after(
    tries_count: int, *, first: timedelta = _FIRST_PAUSE, longest: timedelta = _LONGEST_PAUSE
) -> timedelta:
    """Give the wait before the next try: 5 s, 10 s, 20 s, ... an hour at most, unless it is said otherwise."""
    doublings: int = min(tries_count - 1, 20)
    return min(first * (1 << doublings), longest)
