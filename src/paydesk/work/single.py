"""The lease of the single worker: on SQLite a second worker refuses to start."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

from django.db.models import Q

from paydesk.work.models import WorkerLease

_LEASE = timedelta(seconds=30)
_NAME = "worker"


class AnotherWorker(Exception):
    """SQLite takes one worker; several need PostgreSQL."""


class SingleWorker:
    """Holds the lease row while the worker runs."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._holder = f"{socket.gethostname()}:{os.getpid()}"
        self._renew_at = clock()

    def begin(self, stopping: Event) -> None:
        """Take the lease, waiting for one that a killed worker left; raises AnotherWorker when it is being renewed."""
        held_until = None
        while not self._take():
            found = WorkerLease.objects.values_list("until", flat=True).get(name=_NAME)
            if (held_until is not None and found != held_until) or stopping.wait(1.0):
                raise AnotherWorker(
                    "Another worker is running on this database. Several workers need PostgreSQL."
                )
            held_until = found

    def _take(self) -> bool:
        now = self._clock()
        WorkerLease.objects.bulk_create(
            [WorkerLease(name=_NAME, holder="", until=now)], ignore_conflicts=True
        )
        free = WorkerLease.objects.filter(Q(until__lte=now) | Q(holder=self._holder), name=_NAME)
        is_ours = free.update(holder=self._holder, until=now + _LEASE) == 1
        self._renew_at = now + _LEASE / 3
        return is_ours

    def renew(self) -> None:
        """Keep the lease; raises AnotherWorker when it was lost."""
        now = self._clock()
        if now < self._renew_at:
            return
        if WorkerLease.objects.filter(name=_NAME, holder=self._holder).update(until=now + _LEASE) != 1:
            raise AnotherWorker("The worker's lease was taken by another worker.")
        self._renew_at = now + _LEASE / 3

    def end(self) -> None:
        """Give the lease back, so that the next worker starts at once."""
        WorkerLease.objects.filter(name=_NAME, holder=self._holder).update(until=self._clock())
