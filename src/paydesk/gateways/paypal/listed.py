"""Which captures of ours an account's reports list: those with a tag, and those of a customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from paydesk.gateways.paypal.events import ours
from paydesk.gateways.paypal.report import Wanted, read_rows, rows_since
from paydesk.gateways.paypal.requests import Json, Line, clear_answers, moment

_EVER, _WINDOW = datetime.min.replace(tzinfo=UTC), timedelta(days=30)
#: An ask may be older than what our clock says.
_BEFORE = timedelta(hours=1)
_PAYMENTS = "T00"  # transaction event codes of payments; refunds are T11
_DENIED = "D"


def _is_ours(row: Json) -> bool:
    is_payment = str(row["transaction_event_code"]).startswith(_PAYMENTS)
    return any(ours(row)) and is_payment and row.get("transaction_status") != _DENIED


#: Also what moved no balance, or a payment that is pending would look as if nobody had asked for it.
_OURS = Wanted(asked={"balance_affecting_records_only": "N"}, is_kept=_is_ours)


def captures_with(line: Line, *, tag: str, since: datetime, now: datetime) -> tuple[Sequence[str], datetime]:
    """Look for captures with a tag, and say until when the reports are complete. What was kept is not believed."""
    found: list[str] = []
    start, complete_until = since - _BEFORE, since
    while start < now:
        rows, complete_until = read_rows(line, start, start + _WINDOW, now, _OURS)
        with clear_answers():
            found += [str(row["transaction_id"]) for row in rows if ours(row)[0] == tag]
        start += _WINDOW
    return found, complete_until


def captures_of(line: Line, *, customer: str, now: datetime) -> Sequence[str]:
    """List the captures of a customer, the newest first."""
    rows = list(rows_since(line, _EVER, now, _OURS))
    with clear_answers():
        mine = {
            str(row["transaction_id"]): moment(row["transaction_initiation_date"])
            for row in rows
            if ours(row)[1] == customer
        }
    return sorted(mine, key=lambda reference: (mine[reference], reference), reverse=True)
