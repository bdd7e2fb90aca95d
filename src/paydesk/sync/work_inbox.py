"""Work off one stored event: read what it names again at the company, and mirror what it says now.

The event's own words about money are not believed, so duplicates, any order and a late old one all end in the truth.
A week of events about one bill costs one reading: what was read after an event was stored need not be read for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from paydesk.billing.payments.reread import Overtaken
from paydesk.database.compiled import CompiledQuery
from paydesk.gateways.contract import (
    Gateway,
    GatewayBusy,
    GatewayRefused,
    GatewayUnreachable,
    ObjectReference,
    WebhookEvent,
)
from paydesk.gateways.pace import unhurried
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit.faults import fault
from paydesk.merchants.connect import connect
from paydesk.merchants.connections import open_connection_by_uuid
from paydesk.merchants.find import MerchantInSight, all_merchant_ids, merchant_by_id
from paydesk.merchants.models import Connection
from paydesk.sync.models import InboxEvent
from paydesk.sync.readings.once import Row, read_once
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


#: From the row in hand on, so that no row that is long done is looked at.
_NEWEST = CompiledQuery(
    build=lambda merchant_id, row_id: (
        InboxEvent.objects.filter(merchant_id=merchant_id, id__gte=row_id)
        .order_by("-id")
        .values_list(*Row._fields)[:1]
    ),
    into=Row,
    slots={"merchant_id": int, "row_id": int},
)
_ROW = CompiledQuery(
    build=lambda merchant_id, row_id: InboxEvent.objects.filter(
        merchant_id=merchant_id, id=row_id
    ).values_list(*Row._fields),
    into=Row,
    slots={"merchant_id": int, "row_id": int},
)


def work_inbox_event(taken: Claim, now: datetime) -> None:
    """Read every object that the event names; raises NotThere or Later to be tried again."""
    if taken.merchant_id is None:
        raise AssertionError("an inbox event belongs to a merchant")
    fault("W04")
    merchant = merchant_by_id(taken.merchant_id)
    event = _EVENT.first(merchant_id=merchant.id, row_id=taken.row_id)
    if event is not None and event.worked_at is None:
        connection = open_connection_by_uuid(merchant_id=merchant.id, uuid=event.connection_uuid)
        if connection is not None:
            hand = _Hand(
                merchant=merchant,
                connection=connection,
                event=event,
                claim=taken,
                now=now,
            )
            with unhurried():
                _reread_named(hand)
    fault("W06")


def sweep_inbox(now: datetime) -> None:
    """Make due again what was stored and never worked off."""
    forgotten = Q(due_at__isnull=True, worked_at__isnull=True, dead_at__isnull=True)
    for merchant_id in all_merchant_ids():
        InboxEvent.objects.filter(
            forgotten, merchant_id=merchant_id, received_at__lt=now - _FORGOTTEN_AFTER
        ).update(due_at=now)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Hand:
    """One event in hand. `now` is wall time."""

    merchant: MerchantInSight
    connection: Connection
    event: _EventRow
    claim: Claim
    now: datetime


def _reread_named(hand: _Hand) -> None:
    """A company that is silent, or refuses our key today, is asked again, however long: no event dies of it."""
    try:
        gateway = connect(hand.connection, merchant=hand.merchant)
        for named in _named(gateway, hand):
            _reread_one(gateway, named, hand)
    except Overtaken as newer:
        raise Later(hand.now + _SOON, str(newer)) from newer
    except GatewayBusy as busy:
        raise Later(hand.now + busy.retry_after, str(busy)) from busy
    except (GatewayUnreachable, GatewayRefused, GatewayMissing) as silent:
        pause = pause_after(hand.claim.tries_count)
        raise Later(hand.now + pause, f"{type(silent).__name__}: {silent}") from silent


def _named(gateway: Gateway, hand: _Hand) -> Sequence[ObjectReference]:
    event = hand.event
    named = gateway.webhook_references(
        WebhookEvent(
            event_id=event.event_id, kind=event.kind, body=bytes(event.body), created_at=event.happened_at
        )
    )
    if not named:
        mine = InboxEvent.objects.filter(merchant_id=hand.merchant.id, id=hand.claim.row_id)
        mine.update(names_nothing=True)
    return named


def _reread_one(gateway: Gateway, named: ObjectReference, hand: _Hand) -> None:
    read_once(
        (hand.connection.id, named),
        lambda: reread(merchant=hand.merchant, connection=hand.connection, gateway=gateway, named=named),
        row_id=hand.claim.row_id,
        newest_row=lambda: _newest_row(hand),
        is_there=lambda row: _ROW.first(merchant_id=hand.merchant.id, row_id=row.id) == row,
    )


def _newest_row(hand: _Hand) -> Row:
    """Ids grow in the order of storing: whatever has a lower one was told of before."""
    found = _NEWEST.first(merchant_id=hand.merchant.id, row_id=hand.claim.row_id)
    return found or Row(id=hand.claim.row_id, received_at=hand.now)
