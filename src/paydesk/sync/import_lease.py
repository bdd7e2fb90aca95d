"""Who runs an import: one process at a time, proved by every commit, taken over when that process is dead."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from paydesk.kit import clock
from paydesk.sync.models import ImportRun

#: Renewed with every commit and while a company is waited for.
LEASE = timedelta(minutes=2)


class ImportRunning(Exception):
    """Another process imports this connection; the words say which one and since when."""


class LeaseLost(Exception):
    """Another process took the import over, since this one had not been heard of for too long."""


@dataclass(slots=True)
class Held:
    """An import that is ours: the row as it was last committed, and the name under which we hold it."""

    run: ImportRun
    holder: str

    def renew(self) -> None:
        """Keep the lease; raises LeaseLost. Inside a transaction it also keeps every other process out."""
        self._write(lease_until=clock.wall_now() + LEASE)

    def write(self, **changes: object) -> None:
        """Change the row; raises LeaseLost, with which the transaction ends that this is part of."""
        self._write(lease_until=clock.wall_now() + LEASE, **changes)

    def reread(self) -> ImportRun:
        """Read what was committed."""
        self.run = _rows(self.run.merchant_id, self.run.connection_id).get(id=self.run.id)
        return self.run

    def _write(self, **changes: object) -> None:
        mine = _rows(self.run.merchant_id, self.run.connection_id).filter(id=self.run.id, holder=self.holder)
        if mine.update(**changes) != 1:
            raise LeaseLost("Another process has taken this import over.")


@contextmanager
def held_import(*, merchant_id: int, connection_id: int) -> Iterator[Held]:
    """Begin an import, or go on with the one that is not finished; raises ImportRunning."""
    held = _take(merchant_id, connection_id, clock.wall_now())
    try:
        yield held
    finally:
        _rows(merchant_id, connection_id).filter(id=held.run.id, holder=held.holder).update(
            holder="", held_since=None, lease_until=None
        )


def is_running(run: ImportRun, *, now: datetime) -> bool:
    """Say whether somebody is at work on it. `now` is wall time."""
    return run.lease_until is not None and run.lease_until > now and not _is_dead(run.holder)


def _take(merchant_id: int, connection_id: int, now: datetime) -> Held:
    unfinished = _rows(merchant_id, connection_id).filter(finished_at__isnull=True)
    if not unfinished.exists():
        # Another may begin at this very moment: the constraint leaves one row, and the lease is for one of us.
        begun = ImportRun(merchant_id=merchant_id, connection_id=connection_id, started_at=now)
        ImportRun.objects.bulk_create([begun], ignore_conflicts=True)
    run = unfinished.get()
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    if _is_dead(run.holder):
        free |= Q(holder=run.holder)
    mine = unfinished.filter(free, id=run.id)
    if mine.update(holder=holder, held_since=now, lease_until=now + LEASE) != 1:
        raise ImportRunning(_who(unfinished.get()))
    return Held(run=_rows(merchant_id, connection_id).get(id=run.id), holder=holder)


def _who(run: ImportRun) -> str:
    since = f"{run.held_since:%Y-%m-%d %H:%M:%S} UTC" if run.held_since else "a moment ago"
    return (
        f"Process {run.holder.rpartition(':')[0]} has been importing this connection since {since}"
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


def _rows(merchant_id: int, connection_id: int) -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(merchant_id=merchant_id, connection_id=connection_id)
