"""Find what was given back of a subscription's payments: PayPal says of a payment that something was, and no more.

Refunds are made at PayPal, and listed by Transaction Search (reporting_transactions_v1): up to three hours late,
31 days at most in a window. It lists those of the whole account, so what was read is kept in this process: for good
where a window is complete, else for two minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock

from paydesk.gateways.contract import GatewayRefused
from paydesk.gateways.paypal.amounts import from_paypal
from paydesk.gateways.paypal.requests import Json, Line, clear_answers, moment, written
from paydesk.gateways.paypal.subscriptions.arrears import Transaction
from paydesk.gateways.paypal.subscriptions.transactions import is_refunded, reference_of
from paydesk.gateways.records import RefundRecord

#: "Payment Refund, initiated by merchant" (developer.paypal.com/docs/transaction-search/transaction-event-codes).
_REFUND = "T1107"
_STATES = {"S": "succeeded", "P": "pending"}
_FIRST_DAY, _WINDOW, _A_DAY = datetime(2020, 1, 1, tzinfo=UTC), timedelta(days=30), timedelta(days=1)
_COMPLETE_AFTER, _GOOD_FOR = timedelta(days=2), timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Window:
    """The rows of a window, and when they were read."""

    rows: Sequence[Json]
    read_at: datetime


@dataclass
class _Kept:
    """What was read of one account, by the beginnings of its windows, which are the same for everybody."""

    windows: dict[datetime, _Window] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


_ACCOUNTS: dict[tuple[str, ...], _Kept] = {}


def refunds_of(
    line: Line, subscription: Json, transactions: Sequence[Transaction], now: datetime
) -> list[RefundRecord]:
    """Give the refunds of those that say that they were refunded, oldest first.

    None where the app may not search transactions: whoever connects PayPal is told that it has to be allowed to.
    """
    refunded = {one.reference: one.at for one in transactions if is_refunded(one)}
    if not refunded:
        return []
    try:
        rows = list(_rows_since(line, min(refunded.values()), now))
    except GatewayRefused:
        return []
    with clear_answers():
        found = [_record(subscription, row) for row in rows if row.get("paypal_reference_id") in refunded]
    return sorted(found, key=lambda one: (one.created_at, one.reference))


def _record(subscription: Json, row: Json) -> RefundRecord:
    amount = from_paypal(row["transaction_amount"])
    return RefundRecord(
        reference=row["transaction_id"],
        amount=-amount if amount.minor < 0 else amount,
        state=_STATES.get(row.get("transaction_status") or "", "failed"),
        created_at=moment(row["transaction_initiation_date"]),
        charge_reference=reference_of(subscription, row["paypal_reference_id"]),
    )


def _rows_since(line: Line, since: datetime, now: datetime) -> Iterator[Json]:
    kept = _ACCOUNTS.setdefault(line.account, _Kept())
    start = _FIRST_DAY + (since - _FIRST_DAY) // _WINDOW * _WINDOW
    while start < now:
        with kept.lock:
            window = kept.windows.get(start)
            if window is None or not _is_good(window, start, now):
                window = _Window(rows=_read(line, start, now), read_at=now)
                kept.windows[start] = window
        yield from window.rows
        start += _WINDOW


def _is_good(window: _Window, start: datetime, now: datetime) -> bool:
    is_complete = start + _WINDOW + _COMPLETE_AFTER < window.read_at
    return is_complete or timedelta(0) <= now - window.read_at < _GOOD_FOR


def _read(line: Line, start: datetime, now: datetime) -> list[Json]:
    """Read one window to its end. One that begins later than PayPal's list ends would be refused."""
    found: list[Json] = []
    number, pages = 0, 1
    window = {
        "start_date": written(min(start, now - _A_DAY)),
        "end_date": written(min(start + _WINDOW, now)),
        "transaction_type": _REFUND,
        "page_size": "500",
    }
    while number < pages:
        number += 1
        page = line.read("v1", "reporting", "transactions", **window, page=str(number)) or {}
        with clear_answers():
            found += [one["transaction_info"] for one in page["transaction_details"]]
            pages = int(page.get("total_pages") or 1)
    return found
