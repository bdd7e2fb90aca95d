"""Keep a verified webhook once. A repeat of the same event changes nothing and is answered like the first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from paydesk.sync.models import InboxEvent


class UnknownConnection(Exception):
    """No connection of this merchant has that address."""


def store_webhook(
    *,
    merchant: MerchantInSight | None,
    connection_uuid: UUID,
    body: bytes,
    headers: Mapping[str, str],
    now: datetime,
) -> None:
    """Verify and store; raises UnknownConnection, BadSignature, GatewayMissing. `now` is wall time."""
    if merchant is None:
        raise UnknownConnection(str(connection_uuid))
    connection = Connection.objects.filter(
        merchant_id=merchant.id, uuid=connection_uuid, removed_at__isnull=True
    ).first()
    if connection is None:
        raise UnknownConnection(str(connection_uuid))
    gateway = connect(connection, merchant=merchant)
    event = gateway.verify_webhook(body=body, headers=headers)
    InboxEvent.objects.bulk_create(
        [
            InboxEvent(
                merchant_id=merchant.id,
                connection_id=connection.id,
                event_id=event.event_id,
                kind=event.kind,
                body=body,
                happened_at=event.created_at,
                received_at=now,
                due_at=now,
            )
        ],
        ignore_conflicts=True,
    )
