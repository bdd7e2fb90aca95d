"""Look at the queues: how much is due, how much waits for later, what was given up, and when a worker was last seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Max, Min, Q, QuerySet

from paydesk.database.due_rows import DueRow
from paydesk.work.models import TimetableEntry
from paydesk.work.queues import Queue


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """What waits in one queue. `oldest_seconds` is how long the first of the due rows has been due."""

    name: str
    due_count: int
    later_count: int
    dead_count: int
    oldest_seconds: int


class _Count(NamedTuple):
    due: int
    later: int
    dead: int
    oldest_at: datetime | None


def look_at_queues(queues: Sequence[Queue], *, merchant_ids: Sequence[int], now: datetime) -> list[Waiting]:
    """Count merchant by merchant, as everything is read. `now` is wall time."""
    return [_look(queue, merchant_ids, now) for queue in queues]


def worker_seen_at() -> datetime | None:
    """Give the time at which a worker last ran a job of the timetable."""
    seen_at: datetime | None = TimetableEntry.objects.aggregate(seen_at=Max("ran_at"))["seen_at"]
    return seen_at


def _look(queue: Queue, merchant_ids: Sequence[int], now: datetime) -> Waiting:
    """A queue without merchants is the timetable."""
    rows = queue.rows._default_manager.all()
    of_merchants = "merchant_id" in {field.attname for field in queue.rows._meta.fields}
    parts = (
        [rows.filter(Q(("merchant_id", merchant_id))) for merchant_id in merchant_ids]
        if of_merchants
        else [rows]
    )
    counts = [_count(part, now) for part in parts]
    oldest = [count.oldest_at for count in counts if count.oldest_at is not None]
    return Waiting(
        name=queue.name,
        due_count=sum(count.due for count in counts),
        later_count=sum(count.later for count in counts),
        dead_count=sum(count.dead for count in counts),
        oldest_seconds=int((now - min(oldest)).total_seconds()) if oldest else 0,
    )


def _count(rows: QuerySet[DueRow], now: datetime) -> _Count:
    alive = Q(dead_at__isnull=True)
    found = rows.filter(Q(due_at__isnull=False) | Q(dead_at__isnull=False)).aggregate(
        due=Count("id", filter=alive & Q(due_at__lte=now)),
        later=Count("id", filter=alive & Q(due_at__gt=now)),
        dead=Count("id", filter=~alive),
        oldest_at=Min("due_at", filter=alive & Q(due_at__lte=now)),
    )
    return _Count(**found)
