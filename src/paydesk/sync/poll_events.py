"""Ask companies for events whose webhooks were lost, and put them into the inbox, where a webhook is put.

A walk goes from the newest event back to what is complete already, page by page; each page is committed with the place
where the walk goes on. Only a walk that came to its end moves the mark, so a kill or a company that falls silent costs
nothing but asking again. The mark is the company's own time of the newest event: a clock of ours that was ahead for a
while, when no webhook was taken either, would make complete what was never listed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from paydesk.database.transactions import in_transaction, let_go
from paydesk.gateways.contract import (
    Capability,
    Gateway,
    GatewayRefused,
    GatewayUnreachable,
    WebhookEvent,
)
from paydesk.gateways.pace import unhurried
from paydesk.gateways.records import Page
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight, all_merchant_ids, merchant_by_id
from paydesk.merchants.models import Connection
from paydesk.sync.inbox import store_events
from paydesk.sync.models import EventPoll

log = logging.getLogger(__name__)

#: An event may be listed a little after it happened, and after others of the same second.
_OVERLAP = timedelta(minutes=10)
#: The first walk has no event to go back to but the moment at which we opened the connection, by a clock of ours that
#: may have been ahead; so it goes back for a day before that moment, or before the newest event if that is earlier.
_FIRST_OVERLAP = timedelta(days=1)
#: How long one run goes on, less than the lease of its job; how long it stays with one company that has much to say.
_RUN_MAX = timedelta(minutes=4)
_TURN_MAX = timedelta(minutes=1)


def poll_events(now: datetime) -> None:
    """Visit every connection whose company keeps its events, the longest unvisited first. `now` is wall time."""
    until = now + _RUN_MAX
    for merchant, poll in sorted(
        _polls(), key=lambda found: found[1].polled_at or found[1].connection.created_at
    ):
        if clock.wall_now() > until:
            return
        with unhurried():
            _poll_one(merchant, poll, min(until, clock.wall_now() + _TURN_MAX))


def poll_connection(*, gateway: Gateway, poll: EventPoll, until: datetime) -> bool:
    """Store what is not in the inbox yet; True when all of it is, False when it is to go on later.

    Raises GatewayUnreachable, GatewayRefused. What was stored by then stays, and so does the place.
    """
    while True:
        let_go()
        page = gateway.list_events(cursor=poll.cursor)
        walk_until = poll.walk_until or _newest_at(page)
        fresh = _fresh(poll, page, walk_until)
        is_over = not page.next_cursor or len(fresh) < len(page.records)
        if not _keep(poll, fresh, _place(poll, page, walk_until, is_over=is_over)):
            return False
        if is_over:
            return True
        if clock.wall_now() > until:
            return False


def _polls() -> Iterator[tuple[MerchantInSight, EventPoll]]:
    """Give each open connection's row."""
    for merchant_id in all_merchant_ids():
        merchant = merchant_by_id(merchant_id)
        for connection in Connection.objects.filter(merchant_id=merchant_id, removed_at__isnull=True):
            poll, _ = EventPoll.objects.get_or_create(merchant_id=merchant_id, connection_id=connection.id)
            poll.connection = connection
            yield merchant, poll


def _poll_one(merchant: MerchantInSight, poll: EventPoll, until: datetime) -> None:
    """One company that does not answer, or whose key opens nothing, keeps no other waiting."""
    trouble, cursor = "", {}
    try:
        gateway = connect(poll.connection, merchant=merchant)
        if Capability.LIST_EVENTS in gateway.capabilities():
            poll_connection(gateway=gateway, poll=poll, until=until)
    except GatewayRefused as refused:
        # A key without that permission; or the place where the walk was is not kept any more: it begins anew.
        trouble, cursor = str(refused), {"cursor": "", "walk_until": None}
    except (GatewayMissing, GatewayUnreachable) as silent:
        trouble = f"{type(silent).__name__}: {silent}"
    except Exception as failure:
        log.exception("the events of connection %s could not be asked for", poll.connection.uuid)
        trouble = type(failure).__name__
    _mine(poll).update(polled_at=clock.wall_now(), trouble=trouble[:300], **cursor)


def _newest_at(page: Page[WebhookEvent]) -> datetime | None:
    """Give the company's time of the newest event; of one dated ahead, by a company's clock for tests, our own."""
    newest_at = max((event.created_at for event in page.records), default=None)
    return newest_at and min(newest_at, clock.wall_now())


def _fresh(poll: EventPoll, page: Page[WebhookEvent], walk_until: datetime | None) -> list[WebhookEvent]:
    """Leave out what is complete already."""
    if walk_until is None:
        return []
    if poll.complete_until is None:
        since = min(poll.connection.created_at, walk_until) - _FIRST_OVERLAP
    else:
        since = poll.complete_until - _OVERLAP
    return [event for event in page.records if event.created_at >= since]


def _place(
    poll: EventPoll, page: Page[WebhookEvent], walk_until: datetime | None, *, is_over: bool
) -> dict[str, object]:
    """Say where the walk goes on, or how far it has made events complete: an empty list leaves the mark."""
    if not is_over:
        return {"walk_until": walk_until, "cursor": page.next_cursor}
    return {
        "complete_until": walk_until or poll.complete_until,
        "walk_until": None,
        "cursor": "",
        "walked_at": clock.wall_now(),
    }


def _keep(poll: EventPoll, fresh: Sequence[WebhookEvent], place: Mapping[str, object]) -> bool:
    """Store events with the place after their page; False when another process went on from there meanwhile."""

    def write() -> bool:
        if not _mine(poll).filter(cursor=poll.cursor, complete_until=poll.complete_until).update(**place):
            return False
        store_events(
            merchant_id=poll.merchant_id,
            connection_id=poll.connection_id,
            events=fresh,
            now=clock.wall_now(),
        )
        return True

    is_kept = in_transaction(write)
    for name, value in place.items():
        setattr(poll, name, value)
    return is_kept


def _mine(poll: EventPoll) -> QuerySet[EventPoll]:
    return EventPoll.objects.filter(merchant_id=poll.merchant_id, id=poll.id)
