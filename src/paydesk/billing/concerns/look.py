"""Look at the concerns of a merchant, the oldest first."""

from __future__ import annotations

from paydesk.billing.concerns.models import Concern


def open_concerns(merchant_id: int) -> list[Concern]:
    """List what waits for a person."""
    return list(
        Concern.objects.filter(merchant_id=merchant_id, resolved_at__isnull=True).order_by("opened_at", "id")
    )


def all_concerns(merchant_id: int) -> list[Concern]:
    """List what was resolved as well."""
    return list(Concern.objects.filter(merchant_id=merchant_id).order_by("opened_at", "id"))


def open_concern_count(merchant_id: int) -> int:
    """Count what waits for a person."""
    return Concern.objects.filter(merchant_id=merchant_id, resolved_at__isnull=True).count()
