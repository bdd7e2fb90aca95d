"""Webhooks gone wrong: held back, released in another order, twice, late, or forged."""

from __future__ import annotations

import random
from datetime import timedelta

from paydesk_simulator.clock import wall_now
from paydesk_simulator.company.accounts import Account
from paydesk_simulator.company.events import Delivery, Event, send
from paydesk_simulator.database import Books
from paydesk_simulator.refused import Refused, not_found
from paydesk_simulator.webhooks import FORGERIES

ORDERS = ("kept", "reversed", "shuffled")


def hold(books: Books, account: Account) -> Account:
    """Hold back what is to be delivered from now on, and what waits."""
    for row in books.find(Delivery, "account_id = ? AND status = 'waiting'", account.id):
        books.change(row, status="held")
    return books.change(account, delivery_held=True)


def release(books: Books, account: Account, *, order: str, seed: int) -> int:
    """Deliver what was held back, in an order; gives how many. The same seed shuffles the same way."""
    if order not in ORDERS:
        raise Refused(400, "unknown_order", f"An order is one of {', '.join(ORDERS)}.")
    books.change(account, delivery_held=False)
    held = books.find(Delivery, "account_id = ? AND status = 'held' ORDER BY rowid", account.id)
    if order == "reversed":
        held.reverse()
    if order == "shuffled":
        random.Random(seed).shuffle(held)  # noqa: S311  not a secret
    now = wall_now()
    for place, row in enumerate(held):
        books.change(row, status="waiting", due_at=now + timedelta(microseconds=place))
    books.deliveries_waiting.set()
    return len(held)


def repeat(books: Books, account: Account, *, event_id: str, forgery: str) -> Event:
    """Deliver an event once more, honestly or as a forger would."""
    if forgery and forgery not in FORGERIES:
        raise Refused(400, "unknown_forgery", f"A forgery is one of {', '.join(FORGERIES)}.")
    event = books.get(Event, event_id)
    if event is None or event.account_id != account.id:
        raise not_found("event")
    send(books, account, event, forgery=forgery)
    return event
