"""The timetable: each entry is a row, so that N workers run it once a period."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from paydesk.work.claim import Claim
from paydesk.work.models import TimetableEntry
from paydesk.work.queues import Later, Queue


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Something that runs every so often. `run` gets wall time and is safe to run twice."""

    name: str
    every: timedelta
    run: Callable[[datetime], None]


def lay_out(jobs: Sequence[Job], *, now: datetime) -> None:
    """Make a row for each job that has none, and drop the rows of jobs that are gone."""
    TimetableEntry.objects.exclude(name__in=[job.name for job in jobs]).delete()
    TimetableEntry.objects.bulk_create(
        [TimetableEntry(name=job.name, due_at=now) for job in jobs], ignore_conflicts=True
    )


def timetable_queue(jobs: Sequence[Job]) -> Queue:
    """Give the queue that runs the jobs; a finished job is put back until its next time."""
    by_name = {job.name: job for job in jobs}

    def run(taken: Claim, now: datetime) -> None:
        entry = TimetableEntry.objects.get(pk=taken.row_id)
        job = by_name[entry.name]
        job.run(now)
        TimetableEntry.objects.filter(pk=taken.row_id, fence=taken.fence).update(ran_at=now, tries_count=0)
        raise Later(now + job.every)

    return Queue(
        name="timetable", rows=TimetableEntry, work=run, lease=timedelta(minutes=10), failures_max=1_000_000
    )
