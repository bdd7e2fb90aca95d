"""Who reads the page that is being written: the language, the zone and the year, looked up once a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils import translation

from paydesk.kit import clock


class Reader(NamedTuple):
    """Dates are told in the merchant's zone, and without the year when it is this one.

    `own_zone`: the customer's, for the moments of what they did themselves. A day on which money is due or was paid is
    the merchant's day, whoever reads it.
    """

    language: str
    zone: tzinfo
    year: int
    own_zone: tzinfo


_READER: ContextVar[Reader | None] = ContextVar("reader", default=None)


def reader() -> Reader:
    """Give the reader of this page; outside of a page, whoever the active language stands for, in UTC."""
    return _READER.get() or _somebody(UTC, UTC)


@contextmanager
def reading(zone: str, own_zone: str = "") -> Iterator[None]:
    """Write for the active language and these zones while the block runs."""
    token = _READER.set(_somebody(ZoneInfo(zone), ZoneInfo(own_zone or zone)))
    try:
        yield
    finally:
        _READER.reset(token)


def _somebody(zone: tzinfo, own_zone: tzinfo) -> Reader:
    return Reader(translation.get_language() or "en", zone, clock.wall_now().year, own_zone)
