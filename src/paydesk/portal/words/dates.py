"""Write days and moments in the reader's language and the merchant's zone; what a customer did, in their own."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext, ngettext

from paydesk.kit import language
from paydesk.portal.words.reader import reader


def day(when: datetime | date) -> str:
    """Write a day: Tue 3 Dec; with the year when it is not this one."""
    return language.day_text(_local_day(when), reader().language, this_year=reader().year)


def moment(when: datetime) -> str:
    """Write a moment: Tue 3 Dec, 09:14."""
    return language.moment_text(_local(when), reader().language, this_year=reader().year)


def own_moment(when: datetime) -> str:
    """Write a moment of something that the customer did, by the clock on their wall."""
    local = when.astimezone(reader().own_zone)
    return language.moment_text(local, reader().language, this_year=reader().year)


def clock_time(when: datetime) -> str:
    """Write the time alone: 09:14."""
    local = _local(when)
    return language.time_text(local.hour, local.minute, reader().language)


def month(when: datetime | date) -> str:
    """Write a month with its year: December 2026."""
    local = _local_day(when)
    return language.month_text(local.year, local.month, reader().language)


def tile_month(when: datetime | date) -> str:
    """Write the month of a date tile: Dec."""
    return language.short_month_text(_local_day(when).month, reader().language)


def tile_day(when: datetime | date) -> str:
    """Write the day of a date tile: 3."""
    return str(_local_day(when).day)


def iso_day(when: datetime | date) -> str:
    """Write a day for a `datetime` attribute."""
    return _local_day(when).isoformat()


def ahead(when: datetime, now: datetime) -> str:
    """Write how far away a day is, to stand beside its date: today, tomorrow, in 5 days."""
    count = (_local_day(when) - _local_day(now)).days
    if count <= 1:
        return gettext("today") if count <= 0 else gettext("tomorrow")
    return ngettext("in %(count)s day", "in %(count)s days", count) % {"count": count}


def every(unit: str, count: int) -> str:
    """Write how often: every month, every 3 weeks."""
    return _EVERY[unit](count) % {"count": count}


_EVERY = {
    "day": lambda count: ngettext("every day", "every %(count)s days", count),
    "week": lambda count: ngettext("every week", "every %(count)s weeks", count),
    "month": lambda count: ngettext("every month", "every %(count)s months", count),
    "year": lambda count: ngettext("every year", "every %(count)s years", count),
}


def _local(when: datetime) -> datetime:
    return when.astimezone(reader().zone)


def _local_day(when: datetime | date) -> date:
    return _local(when).date() if isinstance(when, datetime) else when
