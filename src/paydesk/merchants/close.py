"""Close a connection: its credentials are forgotten and its webhooks refused; what it told us stays readable."""

from __future__ import annotations

from datetime import datetime

from paydesk.merchants.models import Connection


def close_connection(*, merchant_id: int, connection_id: int, now: datetime) -> bool:
    """Close it; False when it was closed before. `now` is wall time."""
    mine = Connection.objects.filter(merchant_id=merchant_id, id=connection_id, removed_at__isnull=True)
    return bool(mine.update(removed_at=now, credentials=b""))
