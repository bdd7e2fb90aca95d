"""A calendar as it is written is read by a library that knows the whole format, and says the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paydesk.portal.calendar.ics import Day, calendar_text

STAMP = datetime(2027, 1, 1, tzinfo=UTC)
URL = "https://pay.example.com/m/clay/subscriptions/0123456789abcdef"
#: What a text may hold: everything but what no text is made of.
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")) | st.just("\n"), max_size=300)


def a_day(summary: str, description: str = "", uid: str = "abc-1@pay.example.com") -> Day:
    return Day(uid=uid, day=date(2027, 1, 31), summary=summary, description=description, url=URL)


def written(summary: str, description: str = "", name: str = "Clay") -> bytes:
    return calendar_text(name=name, days=[a_day(summary, description)], stamp=STAMP)


def read(content: bytes) -> tuple[icalendar.Calendar, icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(content)
    assert isinstance(calendar, icalendar.Calendar)
    [event] = calendar.walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    return calendar, event


def unescaped(written: str) -> str:
    """Read a value that the library has no type for, and leaves as it is written, as the text of an event."""
    event = icalendar.Event.from_ical(f"BEGIN:VEVENT\r\nSUMMARY:{written}\r\nEND:VEVENT\r\n")
    assert isinstance(event, icalendar.Event)
    return str(event["SUMMARY"])


@given(summary=TEXTS, description=TEXTS, name=TEXTS)
def test_any_text_is_read_as_it_was(summary: str, description: str, name: str) -> None:
    content = written(summary, description, name)
    calendar, event = read(content)
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"])) == (summary, description)
    assert str(calendar["X-WR-CALNAME"]) == str(calendar["NAME"])
    assert unescaped(str(calendar["NAME"])) == name
    lines = content.split(b"\r\n")
    assert lines.pop() == b""
    assert max(len(line) for line in lines) <= 75
    assert b"\n" not in b"".join(lines)
    for line in lines:
        line.decode()


def test_a_day_is_a_whole_day_that_makes_nobody_busy() -> None:
    _, event = read(written("Kiln, EUR 30.00; now"))
    assert event.decoded("DTSTART") == date(2027, 1, 31)
    assert event.decoded("DTEND") == date(2027, 2, 1)
    assert event.decoded("DTSTAMP") == STAMP
    assert (str(event["TRANSP"]), str(event["CLASS"]), str(event["URL"])) == ("TRANSPARENT", "PRIVATE", URL)
    assert str(event["UID"]) == "abc-1@pay.example.com"


def test_commas_semicolons_and_new_lines_are_escaped() -> None:
    assert b"SUMMARY:Kiln\\, large\\; \\\\ and\\nmore\r\n" in written("Kiln, large; \\ and\nmore")


@pytest.mark.parametrize("attack", ["x\r\nEND:VEVENT\r\nBEGIN:VEVENT", "x\x0b\x85\u2028y", "x\rATTENDEE:y"])
def test_no_text_ends_its_line(attack: str) -> None:
    content = written(attack, attack, attack)
    calendar, _ = read(content)
    assert len(calendar.walk()) == 2
    assert not [line for line in content.decode().splitlines() if line.startswith(("ATTENDEE", "y"))]


def test_long_lines_are_folded_between_characters() -> None:
    summary = "Töpferscheibe für Fortgeschrittene, 楽焼オンライン講座 🏺" * 4
    content = written(summary)
    assert b"\r\n " in content
    assert str(read(content)[1]["SUMMARY"]) == summary


def test_nothing_to_come_is_a_calendar_as_well() -> None:
    calendar = icalendar.Calendar.from_ical(calendar_text(name="Clay", days=[], stamp=STAMP))
    assert len(calendar.walk()) == 1


def test_days_stand_in_their_order() -> None:
    days = [
        Day(uid=f"{number}@x", day=date(2027, 1, 1) + timedelta(number), summary="x", description="", url=URL)
        for number in range(3)
    ]
    calendar = icalendar.Calendar.from_ical(calendar_text(name="Clay", days=days, stamp=STAMP))
    assert [event.decoded("DTSTART").day for event in calendar.walk("VEVENT")] == [1, 2, 3]
