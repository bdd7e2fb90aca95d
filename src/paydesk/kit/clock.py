"""Two clocks: wall time for doors and machines, business time for what is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

#: How far the clocks of two hosts may be apart.
HOSTS_DIFFER_BY = timedelta(minutes=1)


def wall_now() -> datetime:
    """Give the time of sessions, links, limits, leases, time-outs and signatures, in UTC."""
    return datetime.now(UTC)


def business_now(*, offset: timedelta) -> datetime:
    """Give the time of due dates, dunning and card expiry; the offset is zero but for a test-mode merchant."""
    return wall_now() + offset


def is_overtaken(*, stored_at: datetime, observed_at: datetime, now: datetime) -> bool:
    """Say whether a newer answer is stored already than the one observed at `observed_at`; all are wall time.

    One from the future was stored under a wrong clock and counts for nothing: else a clock that was a year ahead for a
    minute would blind the row for a year.
    """
    return observed_at < stored_at <= now + HOSTS_DIFFER_BY


def local_date(moment: datetime, *, zone: str) -> date:
    """Give the calendar day of a moment in a merchant's zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def year_bounds(year: int, *, zone: str) -> tuple[datetime, datetime]:
    """Give the moments, in UTC, at which a year begins in a merchant's zone and the next one does."""
    there = ZoneInfo(zone)
    begins, ends = datetime(year, 1, 1, tzinfo=there), datetime(year + 1, 1, 1, tzinfo=there)
    return begins.astimezone(UTC), ends.astimezone(UTC)
