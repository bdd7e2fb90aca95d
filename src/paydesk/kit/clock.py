"""Two clocks: wall time for doors and machines, business time for what is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def wall_now() -> datetime:
    """Give the time of sessions, links, limits, leases, time-outs and signatures, in UTC."""
    return datetime.now(UTC)


def business_now(*, offset: timedelta) -> datetime:
    """Give the time of due dates, dunning and card expiry; the offset is zero but for a test-mode merchant."""
    return wall_now() + offset


def local_date(moment: datetime, *, zone: str) -> date:
    """Give the calendar day of a moment in a merchant's zone."""
    return moment.astimezone(ZoneInfo(zone)).date()
