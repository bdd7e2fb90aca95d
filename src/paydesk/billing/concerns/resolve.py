"""Resolve a concern: a person has looked, or what happened since has ended the doubt."""

from __future__ import annotations

from datetime import datetime

from paydesk.billing.concerns.models import Concern

#: Who ended a doubt that no person had to end.
BY_ITSELF = "paydesk"


class ResolveRefused(Exception):
    """Raised with words for staff when a concern cannot be resolved."""


def resolve_concern(
    *, merchant_id: int, public_id: str, resolved_by: str, note: str, now: datetime
) -> Concern:
    """Close it with what was found; raises ResolveRefused. It stays in the list of all. `now` is wall time."""
    mine = Concern.objects.filter(merchant_id=merchant_id, public_id=public_id)
    if not note.strip():
        raise ResolveRefused("Say in the note what you found: whoever asks later has nothing else.")
    # One UPDATE decides between two people who resolve it at once.
    closed_count = mine.filter(resolved_at__isnull=True).update(
        resolved_at=now, resolved_by=resolved_by[:80], note=note.strip()
    )
    concern = mine.first()
    if concern is None:
        raise ResolveRefused(f"There is no concern {public_id!r} at this merchant.")
    if not closed_count:
        raise ResolveRefused(
            f"{concern.resolved_by} has resolved it at {concern.resolved_at:%Y-%m-%d %H:%M} UTC: {concern.note}"
        )
    return concern


def resolve_quietly(*, merchant_id: int, kind: str, subject: str, note: str, now: datetime) -> None:
    """End a doubt that has ended by itself, in the transaction of what ended it; without one nothing happens."""
    Concern.objects.filter(
        merchant_id=merchant_id, kind=kind, subject=subject, resolved_at__isnull=True
    ).update(resolved_at=now, resolved_by=BY_ITSELF, note=note)
