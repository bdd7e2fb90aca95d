"""Put a test-mode merchant's own clock forward. What is due by then is due now: see the reaction to `clock.moved`."""

from __future__ import annotations

from datetime import datetime, timedelta

from paydesk.database.transactions import in_transaction, locked
from paydesk.events.record import record_event
from paydesk.merchants.models import ClockOffset, Merchant


class ClockRefused(Exception):
    """The words say why; staff read them."""


def move_clock(*, merchant_id: int, by: timedelta, now: datetime) -> timedelta:
    """Give how far the clock is ahead afterwards; raises ClockRefused. It never goes back. `now` is wall time."""
    if by < timedelta(0):
        raise ClockRefused("A clock goes forward only: what was due has been charged.")
    return in_transaction(lambda: _move(merchant_id, by, now))


def _move(merchant_id: int, by: timedelta, now: datetime) -> timedelta:
    merchant = locked(Merchant.objects.filter(id=merchant_id)).get()
    if merchant.mode != Merchant.Mode.TEST:
        raise ClockRefused("A live merchant has the time that everybody has.")
    ClockOffset.objects.get_or_create(merchant_id=merchant_id, defaults={"seconds": 0})
    offset = ClockOffset.objects.get(merchant_id=merchant_id)
    offset.seconds += int(by.total_seconds())
    ClockOffset.objects.filter(merchant_id=merchant_id).update(seconds=offset.seconds)
    record_event(merchant_id=merchant_id, name="clock.moved", subject={"seconds": offset.seconds}, now=now)
    return timedelta(seconds=offset.seconds)
