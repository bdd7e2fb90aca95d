"""Keep a verified webhook once. A repeat of the same event changes nothing and is answered like the first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from django.db.models import QuerySet

from paydesk.gateways.contract import WebhookEvent
from paydesk.merchants.connect import connect
from paydesk.merchants.connections import open_connection_by_uuid
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
    connection = open_connection_by_uuid(merchant_id=merchant.id, uuid=connection_uuid)
    if connection is None:
        raise UnknownConnection(str(connection_uuid))
    gateway = connect(connection, merchant=merchant)
    event = gateway.verify_webhook(body=body, headers=headers)
    try:
        _store(merchant, connection, event, now)
    except IntegrityError:
        # Stored before. One that was given up is worked again: the company sends it again because it matters.
        _of(merchant, connection, event).filter(worked_at__isnull=True, dead_at__isnull=False).update(
            dead_at=None, due_at=now, tries_count=0
        )


def _store(merchant: MerchantInSight, connection: Connection, event: WebhookEvent, now: datetime) -> None:
    """Insert in one statement; the constraint says whether it was there, not a read before it."""
    InboxEvent.objects.create(
        merchant_id=merchant.id,
        connection_id=connection.id,
        event_id=event.event_id,
        kind=event.kind,
        body=event.body,
        happened_at=event.created_at,
        received_at=now,
        due_at=now,
    )


def _of(merchant: MerchantInSight, connection: Connection, event: WebhookEvent) -> QuerySet[InboxEvent]:
    return InboxEvent.objects.filter(
        merchant_id=merchant.id, connection_id=connection.id, event_id=event.event_id
    )
