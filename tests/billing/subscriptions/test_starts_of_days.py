"""A local day begins at the first instant that its zone calls by that day, wherever clocks are put on or back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paydesk.billing.subscriptions.schedule import Rhythm, starts_at

BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
DAY, WEEK, SECOND = timedelta(days=1), timedelta(weeks=1), timedelta(seconds=1)
#: `localtime` is whatever this machine has, and the others are no zones of a place.
ZONES = sorted(available_timezones() - {"localtime"})


@dataclass(frozen=True)
class Change:
    """Where a zone changes its distance from UTC: the first instant of the new one, and both."""

    at: datetime
    before: timedelta
    after: timedelta


@cache
def changes(zone: str) -> list[Change]:
    """Find every change of the decade, to the second: week by week, as none stays for less (Morocco's stay four)."""
    found = []
    moment, offset = BEGIN, _offset(BEGIN, zone)
    while moment < END:
        later = moment + WEEK
        if (new := _offset(later, zone)) != offset:
            found.append(Change(at=_changed_at(moment, later, zone), before=offset, after=new))
        moment, offset = later, new
    return found


def first_instant(day: date, change: Change) -> datetime:
    """Reckon it another way: the earliest that either distance gives while it is in force."""
    midnight = datetime.combine(day, time.min, tzinfo=UTC)
    by_old, by_new = midnight - change.before, midnight - change.after
    return by_old if by_old < change.at else max(by_new, change.at)


def test_every_change_of_the_decade_in_every_zone() -> None:
    wrong, asked = [], 0
    for zone in ZONES:
        for day, change in _days_near_changes(zone):
            asked += 1
            if starts_at(day, zone=zone) != first_instant(day, change):
                wrong.append(f"{zone} {day}")

    assert wrong == []
    assert len(ZONES) > 590
    assert asked > 10_000


def test_no_day_begins_before_it_is_there_or_a_second_late() -> None:
    wrong = []
    for zone in ZONES:
        for day, _ in _days_near_changes(zone):
            began = starts_at(day, zone=zone)
            here = ZoneInfo(zone)
            if began.astimezone(here).date() != day or (began - SECOND).astimezone(here).date() >= day:
                wrong.append(f"{zone} {day}")

    assert wrong == []


@given(zone=st.sampled_from(ZONES), day=st.dates(date(1900, 1, 2), date(2100, 12, 31)))
def test_in_all_times_a_day_begins_when_the_one_before_is_over(zone: str, day: date) -> None:
    began, here = starts_at(day, zone=zone), ZoneInfo(zone)

    assert began.astimezone(here).date() >= day > (began - SECOND).astimezone(here).date()
    assert starts_at(day - DAY, zone=zone) <= began <= starts_at(day + DAY, zone=zone)


@pytest.mark.parametrize(
    ("zone", "day", "clock"),
    [
        ("Asia/Beirut", date(2026, 3, 29), time(1)),
        ("Africa/Cairo", date(2026, 4, 24), time(1)),
        ("America/Havana", date(2026, 3, 8), time(1)),
        ("America/Santiago", date(2026, 9, 6), time(1)),
        ("Atlantic/Azores", date(2026, 3, 29), time(1)),
        # Clocks were put from half past eleven to half past twelve: the day began in between.
        ("America/Toronto", date(1919, 3, 31), time(0, 30)),
    ],
)
def test_where_midnight_does_not_exist_the_day_begins_with_what_does(
    zone: str, day: date, clock: time
) -> None:
    here = ZoneInfo(zone)
    began = starts_at(day, zone=zone)

    assert began.tzinfo is UTC
    assert began.astimezone(here).replace(tzinfo=None) == datetime.combine(day, clock)
    assert (began - SECOND).astimezone(here).date() == day - DAY


@pytest.mark.parametrize(
    ("zone", "day", "began"),
    [
        # One o'clock became midnight again.
        ("America/Havana", date(2026, 11, 1), datetime(2026, 11, 1, 4, tzinfo=UTC)),
        ("Atlantic/Azores", date(2026, 10, 25), datetime(2026, 10, 25, 0, tzinfo=UTC)),
        # One minute after midnight it was yesterday again.
        ("America/St_Johns", date(2006, 10, 29), datetime(2006, 10, 29, 2, 30, tzinfo=UTC)),
    ],
)
def test_where_midnight_comes_twice_the_earlier_counts(zone: str, day: date, began: datetime) -> None:
    assert starts_at(day, zone=zone) == began


@pytest.mark.parametrize(
    ("zone", "day"), [("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kwajalein", date(1993, 8, 21))]
)
def test_a_day_that_a_zone_left_out_begins_with_the_next(zone: str, day: date) -> None:
    assert starts_at(day, zone=zone) == starts_at(day + DAY, zone=zone)
    assert starts_at(day, zone=zone) - starts_at(day - DAY, zone=zone) == DAY


def test_weeks_begin_at_midnight_on_both_sides_of_summer_time() -> None:
    rhythm = Rhythm(unit="week", count=1, anchor=date(2026, 3, 25))
    began = [starts_at(rhythm.day(index), zone="Europe/Berlin") for index in range(33)]
    apart = [(later - earlier) // timedelta(hours=1) for earlier, later in pairwise(began)]

    assert {f"{moment.astimezone(ZoneInfo('Europe/Berlin')):%a %H:%M}" for moment in began} == {"Wed 00:00"}
    assert apart == [167, *[168] * 29, 169, 168]


def _days_near_changes(zone: str) -> Iterator[tuple[date, Change]]:
    for change in changes(zone):
        local = (change.at + change.after).date()
        for day in (local - DAY, local, local + DAY):
            yield day, change


def _offset(moment: datetime, zone: str) -> timedelta:
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return offset


def _changed_at(earlier: datetime, later: datetime, zone: str) -> datetime:
    """Halve the time in which a zone changed once, down to the second."""
    old = _offset(earlier, zone)
    while later - earlier > SECOND:
        middle = earlier + (later - earlier) // 2
        middle = middle.replace(microsecond=0)
        if _offset(middle, zone) == old:
            earlier = middle
        else:
            later = middle
    return later
