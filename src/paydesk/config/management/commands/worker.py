"""Run a worker: it works off what is due until it is told to stop, and then finishes what it has begun."""

from __future__ import annotations

import signal
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError

from paydesk.billing.holds.notice import DatabaseReplaced
from paydesk.config.heart import beat
from paydesk.config.schedule import JOBS, QUEUES
from paydesk.gateways.http import share_limits
from paydesk.kit import clock
from paydesk.work.crew import Crew
from paydesk.work.single import AnotherWorker
from paydesk.work.timetable import lay_out
from paydesk.work.worker import Worker


class Command(BaseCommand):
    help = "Run a worker until SIGTERM or Ctrl-C. SQLite takes one, PostgreSQL as many as you like."

    def handle(self, **_: object) -> None:
        self._crew = Crew()
        worker = Worker(QUEUES, clock=clock.wall_now, beat=self._beat)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        lay_out(JOBS, now=clock.wall_now())
        self.stdout.write("The worker is at work.")
        self.stdout.flush()
        try:
            worker.run()
            self._crew.leave()
        except (AnotherWorker, DatabaseReplaced) as refused:
            raise CommandError(str(refused)) from refused
        except OSError as trouble:
            raise CommandError(
                f"The heartbeat file cannot be written: {trouble}. Set PAYDESK_HEARTBEAT_FILE to a path where it can."
            ) from trouble

    def _beat(self, now: datetime) -> None:
        why = beat(now)
        share_limits(self._crew.report(now))
        if why:
            self.stdout.write(f"Charging waits: {why}. `paydesk status` lists the holds.")
            self.stdout.flush()
