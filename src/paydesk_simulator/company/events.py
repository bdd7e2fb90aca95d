"""What the company tells its merchants: an event names one object and says little more, so one reads the object."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from paydesk_simulator.clock import wall_now
from paydesk_simulator.company.accounts import Account
from paydesk_simulator.database import Books, new_id

#: How long an event can be listed, by the account's business clock.
KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One event. `occurred_at` is business time, `created_at` the wall's, which is also in the body."""

    TABLE: ClassVar[str] = "events"
    id: str
    account_id: str
    kind: str
    body: str
    occurred_at: datetime
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One event on its way to one address. `forgery` names what is wrong with its signature, if anything is."""

    TABLE: ClassVar[str] = "deliveries"
    id: str
    account_id: str
    event_id: str
    url: str
    body: str
    forgery: str
    status: str
    tries: int
    last_answer: str
    due_at: datetime
    created_at: datetime


def announce(books: Books, account: Account, kind: str, subject: Mapping[str, str | None]) -> Event:
    """Write an event about one object and send it on its way."""
    event_id = new_id("evt")
    created_at = wall_now()
    words = {
        "id": event_id,
        "kind": kind,
        "created_at": created_at.isoformat(),
        "object": {name: value for name, value in subject.items() if value},
    }
    event = books.add(
        Event(
            id=event_id,
            account_id=account.id,
            kind=kind,
            body=json.dumps(words),
            occurred_at=account.now(),
            created_at=created_at,
        )
    )
    send(books, account, event)
    return event


def events_before(books: Books, account: Account, cursor: str, count: int) -> list[Event]:
    """List what is still kept, the newest first; `cursor` is the last event that was seen."""
    before = "(? = '' OR rowid < (SELECT rowid FROM events WHERE id = ?))"
    kept = f"account_id = ? AND occurred_at > ? AND {before} ORDER BY rowid DESC LIMIT ?"
    return books.find(Event, kept, account.id, account.now() - KEPT_FOR, cursor, cursor, count)


def send(books: Books, account: Account, event: Event, *, forgery: str = "") -> None:
    """Put an event into the post, as often and as late as the account's rules say."""
    if not account.webhook_url:
        return
    now = wall_now()
    for _ in range(account.delivery_copies):
        books.add(
            Delivery(
                id=new_id("dlv"),
                account_id=account.id,
                event_id=event.id,
                url=account.webhook_url,
                body=event.body,
                forgery=forgery,
                status="held" if account.delivery_held else "waiting",
                tries=0,
                last_answer="",
                due_at=now + timedelta(milliseconds=account.delivery_delay_milliseconds),
                created_at=now,
            )
        )
    books.deliveries_waiting.set()
