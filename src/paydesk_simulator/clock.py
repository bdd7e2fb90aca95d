"""Two clocks: the wall's, and an account's own business time, which the control API may put forward."""

from __future__ import annotations

import time
from calendar import monthrange
from datetime import UTC, datetime, timedelta


def wall_now() -> datetime:
    """Give the time of signatures and deliveries, in UTC."""
    return datetime.now(UTC)


def pause(milliseconds: int) -> None:
    """Let the wall's clock go on. No time at all is no sleep either, which would cost a turn of the processor."""
    if milliseconds:
        time.sleep(milliseconds / 1000)


def business_now(offset_seconds: int) -> datetime:
    """Give the time of charges, due dates, retries, card expiry and remembered keys, in UTC."""
    return wall_now() + timedelta(seconds=offset_seconds)


def step(anchor: datetime, *, unit: str, count: int) -> datetime:
    """Give the moment `count` units after the anchor: 31 January, 28 February, 31 March; never chained."""
    if unit == "day":
        return anchor + timedelta(days=count)
    if unit == "week":
        return anchor + timedelta(weeks=count)
    months = anchor.month - 1 + count * (12 if unit == "year" else 1)
    year, month = anchor.year + months // 12, months % 12 + 1
    return anchor.replace(year=year, month=month, day=min(anchor.day, monthrange(year, month)[1]))
