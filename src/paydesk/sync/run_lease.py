"""Who runs an import or a reconciliation: one process at a time, proved by every commit; a dead one is succeeded."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from django.db.models import Q, QuerySet

from paydesk.kit import clock
from paydesk.sync.models import LeasedRun

Run = TypeVar("Run", bound=LeasedRun)

#: Renewed with every commit and while a company is waited for.
LEASE = timedelta(minutes=2)


class RunGoingOn(Exception):
    """Another process imports this connection; the words say which one and since when."""


class LeaseLost(Exception):
    """Another process took the run over, since this one had not been heard of for too long."""


@dataclass(slots=True)
class Held(Generic[Run]):
    """A run that is ours: the row as it was last committed, and the name under which we hold it."""

    run: Run
    holder: str

    def renew(self) -> None:
        """Keep the lease; raises LeaseLost. Inside a transaction it also keeps every other process out."""
        self._write(lease_until=clock.wall_now() + LEASE)

    def write(self, **changes: object) -> None:
        """Change the row; raises LeaseLost, with which the transaction ends that this is part of."""
        self._write(lease_until=clock.wall_now() + LEASE, **changes)

    def reread(self) -> Run:
        """Read what was committed."""
        self.run = self._rows().get(pk=self.run.pk)
        return self.run

    def _write(self, **changes: object) -> None:
        if self._rows().filter(pk=self.run.pk, holder=self.holder).update(**changes) != 1:
            raise LeaseLost("Another process has taken this over.")

    def _rows(self) -> QuerySet[Run]:
        return _rows(type(self.run), self.run.merchant_id, self.run.connection_id)


@contextmanager
def held_run(kind: type[Run], *, merchant_id: int, connection_id: int) -> Iterator[Held[Run]]:
    """Begin one, or go on with the one that is not finished; raises RunGoingOn."""
    held = _take(kind, merchant_id, connection_id, clock.wall_now())
    try:
        yield held
    finally:
        _rows(kind, merchant_id, connection_id).filter(pk=held.run.pk, holder=held.holder).update(
            holder="", held_since=None, lease_until=None
        )


def is_running(run: LeasedRun, *, now: datetime) -> bool:
    """Say whether somebody is at work on it. `now` is wall time."""
    return run.lease_until is not None and run.lease_until > now and not _is_dead(run.holder)


def _take(kind: type[Run], merchant_id: int, connection_id: int, now: datetime) -> Held[Run]:
    unfinished = _rows(kind, merchant_id, connection_id).filter(finished_at__isnull=True)
    if not unfinished.exists():
        # Another may begin at this very moment: the constraint leaves one row, and the lease is for one of us.
        begun = kind(merchant_id=merchant_id, connection_id=connection_id, started_at=now)
        kind._default_manager.bulk_create([begun], ignore_conflicts=True)
    run = unfinished.get()
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    if _is_dead(run.holder):
        free |= Q(holder=run.holder)
    mine = unfinished.filter(free, pk=run.pk)
    if mine.update(holder=holder, held_since=now, lease_until=now + LEASE) != 1:
        raise RunGoingOn(_who(unfinished.get()))
    return Held(run=_rows(kind, merchant_id, connection_id).get(pk=run.pk), holder=holder)


def _who(run: LeasedRun) -> str:
    since = f"{run.held_since:%Y-%m-%d %H:%M:%S} UTC" if run.held_since else "a moment ago"
    return (
        f"Process {run.holder.rpartition(':')[0]} has been {run.DOING} this connection since {since}"
        f" and is at {run.customers_count} customers. `paydesk status` shows how far it is."
    )


def _is_dead(holder: str) -> bool:
    """Say whether the process that held it is surely gone: only this host's processes can be looked at."""
    host, _, process = holder.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname() or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _rows(kind: type[Run], merchant_id: int, connection_id: int) -> QuerySet[Run]:
    return kind._default_manager.filter(merchant_id=merchant_id, connection_id=connection_id)
