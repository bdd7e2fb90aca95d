"""Keep an event once, whether a webhook brought it or we asked for it. A repeat changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from paydesk.database.transactions import be_outside_of_transactions
from paydesk.gateways.contract import WebhookEvent
from paydesk.kit.faults import fault
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
    """Verify and store; raises UnknownConnection, BadSignature, GatewayMissing and GatewayUnreachable.

    `now` is wall time. To verify, some gateways ask the company for its certificate, once in a long while.
    """
    if merchant is None:
        raise UnknownConnection(str(connection_uuid))
    connection = open_connection_by_uuid(merchant_id=merchant.id, uuid=connection_uuid)
    if connection is None:
        raise UnknownConnection(str(connection_uuid))
    gateway = connect(connection, merchant=merchant)
    be_outside_of_transactions()
    event = gateway.verify_webhook(body=body, headers=headers)
    fault("W01")
    try:
        _store(connection, event, now)
    except IntegrityError:
        # Stored before. One that was given up is worked again: the company sends it again because it matters (a list
        # does not, see `store_events`).
        _of(merchant, connection, event).filter(worked_at__isnull=True, dead_at__isnull=False).update(
            dead_at=None, due_at=now, tries_count=0, failures_count=0
        )
    fault("W03")


def store_events(
    *, merchant_id: int, connection_id: int, events: Sequence[WebhookEvent], now: datetime
) -> None:
    """Store those of a page that the company listed which no webhook has brought. `now` is wall time.

    One that was given up stays so, though a webhook that repeats it has it worked again. Somebody at the company sends
    a webhook again because it matters; a list names an event because we asked, as often as we ask, so what dies each
    time would never stay where `paydesk status` shows it. Once its cause is mended, `paydesk revive inbox` is for it.
    """
    mine = InboxEvent.objects.filter(merchant_id=merchant_id, connection_id=connection_id)
    known = set(
        mine.filter(event_id__in=[event.event_id for event in events]).values_list("event_id", flat=True)
    )
    # A webhook may bring one of them at this very moment: the constraint decides.
    InboxEvent.objects.bulk_create(
        [_row(merchant_id, connection_id, event, now) for event in events if event.event_id not in known],
        ignore_conflicts=True,
    )


def _store(connection: Connection, event: WebhookEvent, now: datetime) -> None:
    """Insert in one statement; the constraint says whether it was there, not a read before it."""
    with transaction.atomic():
        _row(connection.merchant_id, connection.id, event, now).save(force_insert=True)
        fault("W02")


def _row(merchant_id: int, connection_id: int, event: WebhookEvent, now: datetime) -> InboxEvent:
    return InboxEvent(
        merchant_id=merchant_id,
        connection_id=connection_id,
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
