"""Read Transaction Search: which captures of ours an account had, up to three hours late (reporting_transactions_v1).

A window has 31 days at most, and three years are kept. It lists everything that the account did, for whomever; so what
was read is kept in this process for a while, since many customers are read one after another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock

from paydesk.gateways.paypal.events import ours
from paydesk.gateways.paypal.requests import Json, Line, Refused, clear_answers, moment, written

_WINDOW = timedelta(days=30)
_KEPT_AT_PAYPAL = timedelta(days=3 * 365)
#: Windows begin on the same days for everybody; what ended so long ago is complete.
_FIRST_DAY, _COMPLETE_AFTER = datetime(2020, 1, 1, tzinfo=UTC), timedelta(days=2)
_GOOD_FOR = timedelta(minutes=2)
#: An ask may be older than what our clock says.
_BEFORE = timedelta(hours=1)
_TO_THE_SECOND = timedelta(seconds=1)
_PAYMENTS = "T00"  # transaction event codes of payments; refunds are T11
_DENIED = "D"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One capture of ours."""

    reference: str
    tag: str
    customer: str
    at: datetime


@dataclass
class _Kept:
    """What was read of one account: windows that are complete, and the rest, with the time when it was read."""

    windows: dict[datetime, Sequence[Row]] = field(default_factory=dict)
    recent: Sequence[Row] = ()
    read_at: datetime | None = None
    lock: Lock = field(default_factory=Lock)


_ACCOUNTS: dict[tuple[str, ...], _Kept] = {}


def captures_with(line: Line, *, tag: str, since: datetime, now: datetime) -> tuple[Sequence[str], datetime]:
    """Look for captures with a tag, and say until when the report is complete. What was kept is not believed."""
    found: list[str] = []
    complete_until = since
    start = min(since - _BEFORE, now - _COMPLETE_AFTER)
    while start < now:
        end = min(start + _WINDOW, now)
        rows, complete_until = _read(line, start, end)
        found += [row.reference for row in rows if row.tag == tag]
        start = end
    return found, complete_until


def captures_of(line: Line, *, customer: str, now: datetime) -> Sequence[str]:
    """List the captures of a customer, the newest first."""
    kept = _ACCOUNTS.setdefault(line.account, _Kept())
    with kept.lock:
        if kept.read_at is None or not timedelta(0) <= now - kept.read_at < _GOOD_FOR:
            _refresh(line, kept, now)
        rows = [*kept.recent, *(row for rows in kept.windows.values() for row in rows)]
    mine = {row.reference: row for row in rows if row.customer == customer}
    return sorted(mine, key=lambda reference: (mine[reference].at, reference), reverse=True)


def _refresh(line: Line, kept: _Kept, now: datetime) -> None:
    """Read what is not kept: the newest window, which slides, and those before it that are not complete yet."""
    recent, _ = _read(line, now - _WINDOW, now)
    for start in _starts(now):
        if start not in kept.windows:
            rows, _ = _read(line, start, min(start + _WINDOW, now))
            if start + _WINDOW < now - _COMPLETE_AFTER:
                kept.windows[start] = rows
            else:
                recent = [*recent, *rows]
    kept.recent, kept.read_at = recent, now


def _starts(now: datetime) -> Iterator[datetime]:
    start = _FIRST_DAY
    while start < now - _WINDOW:
        if start > now - _KEPT_AT_PAYPAL:
            yield start
        start += _WINDOW


def _read(line: Line, start: datetime, end: datetime) -> tuple[Sequence[Row], datetime]:
    """Read one window to its end, in halves where it holds more than PayPal lists; gives until when it is complete."""
    try:
        return _pages(line, start, end)
    except Refused as refused:
        if refused.issue != "RESULTSET_TOO_LARGE":
            raise
    middle = start + (end - start) / 2
    first, _ = _read(line, start, middle)
    second, complete_until = _read(line, middle, end)
    return [*first, *second], complete_until


def _pages(line: Line, start: datetime, end: datetime) -> tuple[Sequence[Row], datetime]:
    """Also what moved no balance is listed, or a payment that is pending would look as if nobody had asked for it."""
    window = {"start_date": written(start), "end_date": written(end + _TO_THE_SECOND)}
    asked = window | {"page_size": "500", "balance_affecting_records_only": "N"}
    found: list[Row] = []
    number, pages = 0, 1
    complete_until = start
    while number < pages:
        number += 1
        page = line.read("v1", "reporting", "transactions", **asked, page=str(number)) or {}
        with clear_answers():
            found += filter(None, (_row(one["transaction_info"]) for one in page["transaction_details"]))
            pages, complete_until = int(page.get("total_pages") or 1), moment(page["last_refreshed_datetime"])
    return found, complete_until


def _row(said: Json) -> Row | None:
    tag, customer = ours(said)
    is_payment = str(said["transaction_event_code"]).startswith(_PAYMENTS)
    if not (tag or customer) or not is_payment or said.get("transaction_status") == _DENIED:
        return None
    at = moment(said["transaction_initiation_date"])
    return Row(reference=str(said["transaction_id"]), tag=tag, customer=customer, at=at)
