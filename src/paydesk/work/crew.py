"""The workers that run now: each says so every few seconds, and knows how many they are."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime, timedelta

from paydesk.database.transactions import in_transaction
from paydesk.work.models import WorkerLease

#: A worker that was not heard of for so long is gone.
_LEASE = timedelta(seconds=30)
_PREFIX = "crew"


class Crew:
    """One worker's place among the workers of this database. Times are wall time."""

    def __init__(self) -> None:
        self._name = f"{_PREFIX}:{secrets.token_hex(8)}"
        self._holder = f"{socket.gethostname()}:{os.getpid()}"[:80]

    def report(self, now: datetime) -> int:
        """Say that this worker is there, and give how many there are; one that was killed counts for half a minute."""

        def write() -> int:
            WorkerLease.objects.filter(name__startswith=f"{_PREFIX}:", until__lte=now).delete()
            WorkerLease.objects.update_or_create(
                name=self._name, defaults={"holder": self._holder, "until": now + _LEASE}
            )
            return WorkerLease.objects.filter(name__startswith=f"{_PREFIX}:").count()

        return in_transaction(write)

    def leave(self) -> None:
        """Be there no more."""
        WorkerLease.objects.filter(name=self._name).delete()
