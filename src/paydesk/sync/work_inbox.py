"""Work off one stored webhook: read what it names again at the company, and mirror what it says now.

The event's own words about money are not believed, so duplicates, any order and a late old one all end in the truth.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from paydesk.billing.payments.reread import Overtaken
from paydesk.database.compiled import CompiledQuery
from paydesk.gateways.contract import Gateway, GatewayRefused, GatewayUnreachable, WebhookEvent
from paydesk.gateways.registry import GatewayMissing
from paydesk.merchants.connect import connect
from paydesk.merchants.connections import open_connection_by_uuid
from paydesk.merchants.find import MerchantInSight, all_merchant_ids, merchant_by_id
from paydesk.merchants.models import Connection
from paydesk.sync.models import InboxEvent
from paydesk.sync.reread import reread
from paydesk.work.claim import Claim
from paydesk.work.queues import Later, pause_after

#: An event that was stored and never became due again (a kill between two writes, a restored backup) is found so.
_FORGOTTEN_AFTER = timedelta(minutes=10)
_SOON = timedelta(seconds=5)


class _EventRow(NamedTuple):
    event_id: str
    kind: str
    body: bytes
    happened_at: datetime
    worked_at: datetime | None
    connection_uuid: UUID


_EVENT = CompiledQuery(
    build=lambda merchant_id, row_id: InboxEvent.objects.filter(
        merchant_id=merchant_id, id=row_id
    ).values_list(*_EventRow._fields[:-1], "connection__uuid"),
    into=_EventRow,
    slots={"merchant_id": int, "row_id": int},
)


def work_inbox_event(taken: Claim, now: datetime) -> None:
    """Read every object that the event names; raises NotThere or Later to be tried again."""
    if taken.merchant_id is None:
        raise AssertionError("an inbox event belongs to a merchant")
    merchant = merchant_by_id(taken.merchant_id)
    event = _EVENT.first(merchant_id=merchant.id, row_id=taken.row_id)
    if event is not None and event.worked_at is None:
        connection = open_connection_by_uuid(merchant_id=merchant.id, uuid=event.connection_uuid)
        if connection is not None:
            _reread_named(merchant, connection, event, taken, now)


def sweep_inbox(now: datetime) -> None:
    """Make due again what was stored and never worked off."""
    forgotten = Q(due_at__isnull=True, worked_at__isnull=True, dead_at__isnull=True)
    for merchant_id in all_merchant_ids():
        InboxEvent.objects.filter(
            forgotten, merchant_id=merchant_id, received_at__lt=now - _FORGOTTEN_AFTER
        ).update(due_at=now)


def _reread_named(
    merchant: MerchantInSight, connection: Connection, event: _EventRow, taken: Claim, now: datetime
) -> None:
    """A company that is silent, or refuses our key today, is asked again, however long: no event dies of it."""
    try:
        _reread_all(merchant, connection, event, connect(connection, merchant=merchant))
    except Overtaken as newer:
        raise Later(now + _SOON, str(newer)) from newer
    except (GatewayUnreachable, GatewayRefused, GatewayMissing) as silent:
        raise Later(now + pause_after(taken.tries_count), f"{type(silent).__name__}: {silent}") from silent


def _reread_all(
    merchant: MerchantInSight, connection: Connection, event: _EventRow, gateway: Gateway
) -> None:
    named = gateway.webhook_references(
        WebhookEvent(
            event_id=event.event_id, kind=event.kind, body=bytes(event.body), created_at=event.happened_at
        )
    )
    for reference in named:
        reread(merchant=merchant, connection=connection, gateway=gateway, named=reference)
