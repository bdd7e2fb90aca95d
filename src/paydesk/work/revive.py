"""Make what was given up due again, once a person has mended why; its tries and failures are counted from the start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from paydesk.database.due_rows import DueRow
from paydesk.work.queues import Queue


def revive(queue: Queue, *, merchant_ids: Sequence[int], now: datetime) -> int:
    """Give how many rows were dead, merchant by merchant; the timetable has no merchants. `now` is wall time."""
    rows = queue.rows._default_manager.filter(dead_at__isnull=False)
    if "merchant_id" not in {field.attname for field in queue.rows._meta.fields}:
        return _make_due(rows, now)
    return sum(_make_due(rows.filter(Q(("merchant_id", merchant_id))), now) for merchant_id in merchant_ids)


def _make_due(dead: QuerySet[DueRow], now: datetime) -> int:
    """Asking twice is harmless: what is due again is dead no more."""
    return dead.update(dead_at=None, due_at=now, lease_until=None, tries_count=0, failures_count=0)
