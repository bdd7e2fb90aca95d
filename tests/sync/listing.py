"""A company that lists made-up events, and the row that says how far it was asked for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from paydesk.gateways.contract import Gateway, WebhookEvent
from paydesk.gateways.records import Page
from paydesk.kit import clock
from paydesk.sync.models import EventPoll, InboxEvent
from paydesk.sync.poll_events import poll_connection
from tests.connected import Connected


class Listing:
    """A company that lists made-up events, the newest first, and falls silent or refuses when it is told to."""

    def __init__(self, events: Sequence[WebhookEvent], *, page: int = 10) -> None:
        self.events = list(events)
        self.page = page
        self.asked: list[str] = []
        self.trouble: dict[int, Exception] = {}

    def list_events(self, *, cursor: str = "") -> Page[WebhookEvent]:
        self.asked.append(cursor)
        if trouble := self.trouble.pop(len(self.asked), None):
            raise trouble
        ids = [event.event_id for event in self.events]
        begin = ids.index(cursor) + 1 if cursor else 0
        found = self.events[begin : begin + self.page]
        has_more = begin + self.page < len(self.events)
        return Page(records=found, next_cursor=found[-1].event_id if has_more else "")

    def poll(self, row: EventPoll, *, seconds: float = 60) -> bool:
        """Ask as the job does."""
        fresh = EventPoll.objects.select_related("connection").get(merchant_id=row.merchant_id, id=row.id)
        until = clock.wall_now() + timedelta(seconds=seconds)
        return poll_connection(gateway=cast("Gateway", self), poll=fresh, until=until)

    def tell(self, event_id: str, at: datetime) -> None:
        """Let something happen."""
        event = WebhookEvent(event_id=event_id, kind="moon.rose", body=b"{}", created_at=at)
        self.events = sorted([event, *self.events], key=lambda one: one.created_at, reverse=True)


def events_of(
    count: int, *, newest_at: datetime, every: timedelta = timedelta(minutes=1)
) -> list[WebhookEvent]:
    """Make up so many, the newest first."""
    return [
        WebhookEvent(
            event_id=f"evt_{count - number:06}",
            kind="moon.rose",
            body=b'{"object": {}}',
            created_at=newest_at - number * every,
        )
        for number in range(count)
    ]


def row_of(scene: Connected, *, complete_until: datetime | None) -> EventPoll:
    """Say how far the connection was asked; None: never."""
    return EventPoll.objects.create(
        merchant_id=scene.merchant.id, connection_id=scene.connection.id, complete_until=complete_until
    )


def stored_count() -> int:
    """Count what is in the inbox."""
    return InboxEvent.objects.count()
