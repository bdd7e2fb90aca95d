"""Write days into a calendar as RFC 5545 has it.

By hand: the format needs four rules of us (escaping, folding, whole days, CRLF), and the library that knows all of it
costs each web process 10 MiB and 90 ms. The tests read what is written here with that library.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

#: RFC 5545, 3.1: octets, without the line's end.
_LINE_MAX = 75
#: How often a program should read again; a payment is known days ahead.
_AGAIN = "PT6H"
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """Something that happens on a whole day. `uid` stays while it is the same thing; `url` is plain ASCII."""

    uid: str
    day: date
    summary: str
    description: str
    url: str


def calendar_text(*, name: str, days: Sequence[Day], stamp: datetime) -> bytes:
    """Give the calendar. `stamp`: when it was written, UTC."""
    return b"".join(_folded(line) for line in _lines(name, days, f"{stamp:%Y%m%dT%H%M%SZ}"))


def _lines(name: str, days: Sequence[Day], stamp: str) -> Iterator[str]:
    yield from (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Paydesk//Upcoming payments//EN",
        "CALSCALE:GREGORIAN",
    )
    # The first is the standard's (RFC 7986), the second what most programs read.
    yield from (f"NAME:{_escaped(name)}", f"X-WR-CALNAME:{_escaped(name)}")
    yield from (f"REFRESH-INTERVAL;VALUE=DURATION:{_AGAIN}", f"X-PUBLISHED-TTL:{_AGAIN}")
    for one in days:
        yield "BEGIN:VEVENT"
        yield f"UID:{_escaped(one.uid)}"
        yield f"DTSTAMP:{stamp}"
        yield f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{one.day + timedelta(days=1):%Y%m%d}"
        yield f"SUMMARY:{_escaped(one.summary)}"
        yield f"DESCRIPTION:{_escaped(one.description)}"
        yield f"URL:{one.url}"
        # Nobody is busy because something is paid, and nobody else need see it.
        yield from ("TRANSP:TRANSPARENT", "CLASS:PRIVATE", "END:VEVENT")
    yield "END:VCALENDAR"


def _escaped(text: str) -> str:
    """Write a text so that it ends neither its line nor its value."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        one for one in plain if one == "\n" or unicodedata.category(one) not in ("Cc", "Zl", "Zp")
    ).translate(_ESCAPED)


def _folded(line: str) -> bytes:
    """Break a line into pieces of 75 octets at most, none of which begins inside a character."""
    rest, pieces = line.encode(), []
    room = _LINE_MAX
    while len(rest) > room:
        end = room
        while rest[end] & 0b1100_0000 == 0b1000_0000:
            end -= 1
        pieces.append(rest[:end])
        rest = rest[end:]
        # The space that marks a piece as going on is one of its octets.
        room = _LINE_MAX - 1
    return b"\r\n ".join([*pieces, rest]) + b"\r\n"
