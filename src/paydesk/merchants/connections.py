"""Find a connection by its address, without a query that is built anew: every webhook does it."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from paydesk.database.compiled import CompiledQuery
from paydesk.merchants.models import Connection


class _ConnectionRow(NamedTuple):
    id: int
    merchant_id: int
    uuid: UUID
    gateway: str
    name: str
    base_url: str
    options: dict[str, Any]
    credentials: bytes


_OPEN_BY_UUID = CompiledQuery(
    build=lambda merchant_id, uuid: Connection.objects.filter(
        merchant_id=merchant_id, uuid=uuid, removed_at__isnull=True
    ).values_list(*_ConnectionRow._fields),
    into=_ConnectionRow,
    slots={"merchant_id": int, "uuid": UUID},
)


def open_connection_by_uuid(*, merchant_id: int, uuid: UUID) -> Connection | None:
    """Give a connection that is in use, or None for one that is not this merchant's or was removed."""
    row = _OPEN_BY_UUID.first(merchant_id=merchant_id, uuid=uuid)
    return Connection(**row._asdict()) if row else None
