"""Read Transaction Search: what an account did, up to three hours late (reporting_transactions_v1).

A window has 31 days at most, and three years are kept. It lists everything that the account did, for whomever; so what
was read is kept in this process, since many customers are read one after another: for good where a window is
complete and nothing in it is pending, else for two minutes. Windows begin on the same days for everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock

from paydesk.gateways.paypal.requests import Json, Line, Refused, clear_answers, moment, written

_FIRST_DAY, _WINDOW, _A_DAY = datetime(2020, 1, 1, tzinfo=UTC), timedelta(days=30), timedelta(days=1)
_COMPLETE_AFTER, _GOOD_FOR = timedelta(days=2), timedelta(minutes=2)
_KEPT_AT_PAYPAL = timedelta(days=3 * 365)
_TO_THE_SECOND, _SHORTEST = timedelta(seconds=1), timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which rows: by what PayPal is asked for besides a window, and by what is kept of its answer."""

    asked: Mapping[str, str]
    is_kept: Callable[[Json], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Window:
    rows: Sequence[Json]
    read_at: datetime


@dataclass
class _Kept:
    """What was read of one account, by the beginnings of its windows."""

    windows: dict[datetime, _Window] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


_ACCOUNTS: dict[tuple[object, ...], _Kept] = {}


def rows_since(line: Line, since: datetime, now: datetime, wanted: Wanted) -> Iterator[Json]:
    """Give the rows (`transaction_info`) from a time on, as far back as PayPal goes; some from before it as well."""
    kept = _ACCOUNTS.setdefault((*line.account, *sorted(wanted.asked.items())), _Kept())
    oldest = now - _KEPT_AT_PAYPAL
    start = _FIRST_DAY + (max(since, oldest) - _FIRST_DAY) // _WINDOW * _WINDOW
    while start < now:
        with kept.lock:
            window = kept.windows.get(start)
            if window is None or not _is_good(window, start, now):
                rows, _ = read_rows(line, max(start, oldest), start + _WINDOW, now, wanted)
                window = kept.windows[start] = _Window(rows=rows, read_at=now)
        yield from window.rows
        start += _WINDOW


def read_rows(
    line: Line, start: datetime, end: datetime, now: datetime, wanted: Wanted
) -> tuple[Sequence[Json], datetime]:
    """Read one window to its end, and say until when it is complete.

    One that begins later than the report ends is refused, so it begins a day ago at the latest.
    """
    return _halves(line, min(start, now - _A_DAY), min(end, now), wanted)


def _halves(line: Line, start: datetime, end: datetime, wanted: Wanted) -> tuple[Sequence[Json], datetime]:
    """Read it in halves where it holds more than PayPal lists."""
    try:
        return _pages(line, start, end, wanted)
    except Refused as refused:
        if refused.issue != "RESULTSET_TOO_LARGE" or end - start < _SHORTEST:
            raise
    middle = start + (end - start) / 2
    first, _ = _halves(line, start, middle, wanted)
    second, complete_until = _halves(line, middle, end, wanted)
    return [*first, *second], complete_until


def _is_good(window: _Window, start: datetime, now: datetime) -> bool:
    """What is pending may yet change, however old it is."""
    is_pending = any(row.get("transaction_status") == "P" for row in window.rows)
    is_complete = start + _WINDOW + _COMPLETE_AFTER < window.read_at and not is_pending
    return is_complete or timedelta(0) <= now - window.read_at < _GOOD_FOR


def _pages(line: Line, start: datetime, end: datetime, wanted: Wanted) -> tuple[list[Json], datetime]:
    window = {"start_date": written(start), "end_date": written(end + _TO_THE_SECOND), "page_size": "500"}
    found: list[Json] = []
    number, pages, complete_until = 0, 1, start
    while number < pages:
        number += 1
        asked = {**wanted.asked, **window, "page": str(number)}
        page = line.read("v1", "reporting", "transactions", **asked) or {}
        with clear_answers():
            rows = [one["transaction_info"] for one in page["transaction_details"]]
            found += filter(wanted.is_kept, rows)
            pages, complete_until = int(page.get("total_pages") or 1), moment(page["last_refreshed_datetime"])
    return found, complete_until
