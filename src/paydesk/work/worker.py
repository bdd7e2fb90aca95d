"""The worker: claim what is due in every queue, work it off in threads, stop when told to.

What takes long is waiting for gateways, so threads and not processes are added; no connection is held meanwhile.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, close_old_connections

from paydesk.database.transactions import is_postgresql, let_go
from paydesk.work.claim import Claim
from paydesk.work.queues import Queue, claim_of, work_one
from paydesk.work.single import SingleWorker

log = logging.getLogger(__name__)

_PAUSE_SECONDS = 0.25
_AWAY_SECONDS = 2.0
#: A claim costs as much as a few rows of small work: it is for an eighth of a queue's threads at least.
_CLAIMS_OF_ALL = 8
_BEAT_EVERY = timedelta(seconds=5)


class Worker:
    """One worker process. `beat` comes before anything is claimed, and every few seconds; it gets wall time."""

    def __init__(
        self,
        queues: Sequence[Queue],
        *,
        clock: Callable[[], datetime],
        beat: Callable[[datetime], object] | None = None,
    ) -> None:
        self._queues = queues
        self._clock = clock
        self._beat = beat
        self._beat_at: datetime | None = None
        self._stopping = threading.Event()
        self._running: dict[str, set[Future[None]]] = {queue.name: set() for queue in queues}
        self._empty_until: dict[str, float] = {}

    def stop(self) -> None:
        """Finish what is claimed, claim nothing more."""
        self._stopping.set()

    def run(self) -> None:
        """Work until `stop`; on SQLite only one worker may, and a second one raises AnotherWorker."""
        single = None if is_postgresql() else SingleWorker(clock=self._clock)
        if single is not None:
            single.begin(self._stopping)
        try:
            with self._pool() as pool:
                while not self._stopping.is_set():
                    self._round(pool, single)
                    self._pause()
        finally:
            if single is not None:
                single.end()

    def _round(self, pool: ThreadPoolExecutor, single: SingleWorker | None) -> None:
        """A database that is away for a while ends no worker: it waits, and goes on."""
        try:
            # Before the lease is renewed: a restored backup may have another's, and the restore must be noticed.
            self._beat_when_due()
            if single is not None:
                single.renew()
            self._fill(pool)
        except (InterfaceError, OperationalError) as away:
            log.error("the database does not answer: %s", away)
            close_old_connections()
            self._stopping.wait(_AWAY_SECONDS)

    def _beat_when_due(self) -> None:
        """A file that cannot be written ends a worker that starts; one that runs goes on, and says so at each beat."""
        now = self._clock()
        if self._beat is None or (self._beat_at is not None and now - self._beat_at < _BEAT_EVERY):
            return
        is_first, self._beat_at = self._beat_at is None, now
        try:
            self._beat(now)
        except OSError as trouble:
            if is_first:
                raise
            log.error("the heartbeat file cannot be written: %s", trouble)

    def run_until_idle(self) -> int:
        """Work off what is due now, and what becomes due by it, then return how much it was; for commands and tests."""
        total_count = 0
        with self._pool() as pool:
            while claimed_count := self._fill(pool):
                total_count += claimed_count
                wait([future for running in self._running.values() for future in running])
                self._empty_until.clear()
        return total_count

    def _fill(self, pool: ThreadPoolExecutor) -> int:
        """Claim for every queue that has room: a slow gateway fills its own queue and delays no letter."""
        claimed_count = 0
        for queue in self._queues:
            running = self._running[queue.name] = self._still_running(queue)
            room = self._room(queue)
            if not room:
                continue
            taken = claim_of(queue, most=room, now=self._clock())
            if len(taken) < room:
                self._empty_until[queue.name] = time.monotonic() + _PAUSE_SECONDS
            running |= {pool.submit(self._work, queue, one) for one in taken}
            claimed_count += len(taken)
        return claimed_count

    def _room(self, queue: Queue) -> int:
        """Say how many to claim: none just after nothing more was due, nor while only a few of many threads are free.

        Never more than its own threads: what waited in the pool would use its lease up, and other queues' threads.
        """
        free_count = queue.threads - len(self._running[queue.name])
        if free_count < max(1, queue.threads // _CLAIMS_OF_ALL):
            return 0
        return free_count if time.monotonic() >= self._empty_until.get(queue.name, 0.0) else 0

    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(sum(queue.threads for queue in self._queues), thread_name_prefix="work")

    def _still_running(self, queue: Queue) -> set[Future[None]]:
        running = self._running[queue.name]
        for future in [future for future in running if future.done()]:
            if failure := future.exception():
                # The row was not settled: its lease ends, and it is claimed again.
                log.error("a row of queue %s was not settled: %s", queue.name, failure)
            running.discard(future)
        return running

    def _pause(self) -> None:
        """Wait for the first that is done; with nothing in hand, for a moment."""
        running = [future for futures in self._running.values() for future in futures]
        if running:
            wait(running, timeout=_PAUSE_SECONDS, return_when=FIRST_COMPLETED)
        else:
            self._stopping.wait(_PAUSE_SECONDS)

    def _work(self, queue: Queue, taken: Claim) -> None:
        try:
            work_one(queue, taken, clock=self._clock)
        finally:
            # A thread that waits for its next row holds no connection of the server, and none that is broken.
            close_old_connections()
            let_go()
