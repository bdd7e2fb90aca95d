"""Payments are due on days that are anchored: each is reckoned from the first, none from the one before."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paydesk.billing.subscriptions.schedule import Rhythm, RhythmRefused

UNITS = ["day", "week", "month", "year"]
DAYS = st.dates(date(1990, 1, 1), date(2300, 12, 31))
RHYTHMS = st.builds(Rhythm, unit=st.sampled_from(UNITS), count=st.integers(1, 60), anchor=DAYS)
BY_MONTH = st.builds(Rhythm, unit=st.sampled_from(["month", "year"]), count=st.integers(1, 24), anchor=DAYS)
INDEXES = st.integers(0, 120)


@pytest.mark.parametrize(
    ("unit", "count"), [("fortnight", 1), ("months", 1), ("", 1), ("month", 0), ("day", -1)]
)
def test_what_is_no_rhythm_is_refused(unit: str, count: int) -> None:
    with pytest.raises(RhythmRefused):
        Rhythm(unit=unit, count=count, anchor=date(2026, 1, 1))


@given(rhythm=RHYTHMS)
def test_the_first_payment_is_due_on_the_anchor(rhythm: Rhythm) -> None:
    assert rhythm.day(0) == rhythm.anchor


@given(rhythm=RHYTHMS, index=INDEXES)
def test_each_day_is_later_than_the_one_before(rhythm: Rhythm, index: int) -> None:
    assert rhythm.day(index) < rhythm.day(index + 1)


@given(rhythm=BY_MONTH, index=INDEXES)
def test_a_month_has_the_anchors_day_or_none_so_late_and_then_its_last(rhythm: Rhythm, index: int) -> None:
    day = rhythm.day(index)
    last = monthrange(day.year, day.month)[1]

    assert day.day == rhythm.anchor.day or day.day == last < rhythm.anchor.day
    months = (day.year - rhythm.anchor.year) * 12 + day.month - rhythm.anchor.month
    assert months == index * rhythm.count * (12 if rhythm.unit == "year" else 1)


@given(count=st.integers(1, 60), anchor=DAYS, index=INDEXES)
def test_days_and_weeks_are_as_many_days_apart_as_they_say(count: int, anchor: date, index: int) -> None:
    by_day, by_week = (Rhythm(unit=unit, count=count, anchor=anchor) for unit in ("day", "week"))

    assert by_day.day(index) - anchor == timedelta(days=count * index)
    assert by_week.day(index) - anchor == timedelta(weeks=count * index)
    assert by_week.day(index).weekday() == anchor.weekday()


@given(rhythm=RHYTHMS, index=INDEXES)
def test_the_index_of_a_day_is_found_again(rhythm: Rhythm, index: int) -> None:
    assert rhythm.first_index_from(rhythm.day(index)) == index
    assert rhythm.first_index_from(rhythm.day(index) + timedelta(days=1)) == index + 1


@given(rhythm=RHYTHMS, day=st.dates(date(1900, 1, 1), date(3000, 1, 1)))
def test_from_any_day_on_the_first_index_is_the_smallest(rhythm: Rhythm, day: date) -> None:
    index = rhythm.first_index_from(day)

    assert rhythm.day(index) >= day
    assert index == 0 or rhythm.day(index - 1) < day


@given(rhythm=RHYTHMS, first=DAYS, length=st.integers(-40, 800))
def test_a_projection_has_every_payment_of_its_days_and_no_other(
    rhythm: Rhythm, first: date, length: int
) -> None:
    last = first + timedelta(days=length)
    begin = rhythm.first_index_from(first)

    found = rhythm.days_between(first, last)

    assert found == [(begin + place, rhythm.day(begin + place)) for place in range(len(found))]
    assert all(first <= day <= last for _, day in found)
    assert rhythm.day(begin + len(found)) > last


def test_a_projection_counts_its_first_day_and_its_last() -> None:
    rhythm = Rhythm(unit="month", count=1, anchor=date(2026, 1, 31))

    assert rhythm.days_between(date(2026, 2, 28), date(2026, 4, 30)) == [
        (1, date(2026, 2, 28)),
        (2, date(2026, 3, 31)),
        (3, date(2026, 4, 30)),
    ]
    assert rhythm.days_between(date(2025, 1, 1), date(2026, 1, 31)) == [(0, date(2026, 1, 31))]
    assert rhythm.days_between(date(2025, 1, 1), date(2026, 1, 30)) == []


def test_the_31st_of_january_is_followed_through_ten_years() -> None:
    rhythm = Rhythm(unit="month", count=1, anchor=date(2024, 1, 31))
    days = [rhythm.day(index) for index in range(121)]

    assert [f"{day:%d.%m.%y}" for day in days[:5]] == [
        "31.01.24",
        "29.02.24",
        "31.03.24",
        "30.04.24",
        "31.05.24",
    ]
    assert days == [
        date(year, month, monthrange(year, month)[1]) for year in range(2024, 2034) for month in range(1, 13)
    ] + [date(2034, 1, 31)]


def test_the_30th_is_early_in_february_alone() -> None:
    rhythm = Rhythm(unit="month", count=1, anchor=date(2026, 11, 30))

    assert [rhythm.day(index).day for index in range(6)] == [30, 30, 30, 28, 30, 30]


def test_who_began_on_the_29th_of_february_pays_on_the_28th_but_in_leap_years() -> None:
    rhythm = Rhythm(unit="year", count=1, anchor=date(2096, 2, 29))

    # 2100 is no leap year.
    assert [rhythm.day(index).day for index in range(9)] == [29, 28, 28, 28, 28, 28, 28, 28, 29]
    assert rhythm.first_index_from(date(2100, 2, 28)) == 4
    assert rhythm.first_index_from(date(2100, 3, 1)) == 5


def test_quarters_from_the_30th_of_november_meet_the_end_of_february() -> None:
    rhythm = Rhythm(unit="month", count=3, anchor=date(2027, 11, 30))

    assert [rhythm.day(index).isoformat() for index in range(4)] == [
        "2027-11-30",
        "2028-02-29",
        "2028-05-30",
        "2028-08-30",
    ]


def test_a_day_far_away_is_found_without_walking_there() -> None:
    rhythm = Rhythm(unit="day", count=1, anchor=date(1, 1, 1))

    assert rhythm.first_index_from(date(9999, 12, 31)) == 3_652_058
    assert rhythm.day(3_652_058) == date(9999, 12, 31)


@pytest.mark.parametrize("unit", UNITS)
def test_the_calendar_ends_in_words(unit: str) -> None:
    with pytest.raises(RhythmRefused, match="9999"):
        Rhythm(unit=unit, count=1, anchor=date(2026, 1, 31)).day(10**7)
