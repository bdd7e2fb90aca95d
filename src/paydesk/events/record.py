"""Record that something happened, in the transaction in which it did."""

from __future__ import annotations

from datetime import datetime

from paydesk.events.models import Event
from paydesk.kit.faults import fault

Subject = dict[str, str | int | None]


def record_event(*, merchant_id: int, name: str, subject: Subject, now: datetime) -> None:
    """Write one event; it is delivered after the commit, at least once. `now` is wall time."""
    Event.objects.create(merchant_id=merchant_id, name=name, subject=subject, happened_at=now, due_at=now)
    fault("F16")
