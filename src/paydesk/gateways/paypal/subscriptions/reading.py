"""Read subscriptions at PayPal, with all that they did.

Both ends of a range of transactions have to be named. PayPal's published file (billing_subscriptions_v1) names no
longest range, and answers `total_pages` without a way to ask for a page; its Postman collection asks for eight years
at once. So everything is asked for together, and by halves of the time where there is more than a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from paydesk.gateways.contract import GatewayUnreachable
from paydesk.gateways.paypal.events import link
from paydesk.gateways.paypal.requests import Json, Line, clear_answers, moment, written
from paydesk.gateways.paypal.subscriptions.agreement import customer_record, outstanding_of
from paydesk.gateways.paypal.subscriptions.arrears import Transaction
from paydesk.gateways.paypal.subscriptions.transactions import transaction_of
from paydesk.gateways.records import CustomerRecord, Page, Verdict

_PATH = ("v1", "billing", "subscriptions")
#: The most that a page has, and what whoever was never asked to approve is left out with (`list_subscriptions` of
#: PayPal-Python-Server-SDK; the published file lacks this operation).
_PAGE = 20
_AGREED = "APPROVED,ACTIVE,SUSPENDED,CANCELLED,EXPIRED"
#: Clocks may differ, that of a sandbox may be moved: what is ahead of ours is read too.
_BEFORE, _AHEAD = timedelta(days=1), timedelta(days=366)
_SHORTEST = timedelta(seconds=2)
_READINGS_AT_MOST = 4


class Whole(NamedTuple):
    """A subscription, and its transactions in the order of time, that belong together."""

    subscription: Json
    transactions: list[Transaction]


def read_subscription(line: Line, reference: str) -> Json | None:
    """Read one with its plan and its last failure, or None when PayPal does not know it."""
    return line.read(*_PATH, reference, fields="last_failed_payment,plan")


def read_whole(line: Line, reference: str, now: datetime) -> Whole | None:
    """Read one with its transactions; both again where PayPal collected something in between."""
    found = read_subscription(line, reference)
    for _ in range(_READINGS_AT_MOST):
        if found is None:
            return None
        with clear_answers():
            whole = Whole(found, _transactions(line, found, now))
            if not _is_delicate(whole):
                return whole
        found = read_subscription(line, reference)
        if found and found.get("billing_info") == whole.subscription.get("billing_info"):
            return whole
    raise GatewayUnreachable("PayPal is collecting this subscription right now.")


def list_customers(line: Line, cursor: str) -> Page[CustomerRecord]:
    """List whoever agreed to a subscription, page by page."""
    number = cursor or "1"
    found = line.read(*_PATH, statuses=_AGREED, page_size=str(_PAGE), page=number)
    if found is None:
        raise GatewayUnreachable("PayPal says that it has no list of subscriptions.")
    with clear_answers():
        records = [customer_record(one) for one in found.get("subscriptions") or []]
        is_last = len(records) < _PAGE and not link(found, "next")
        return Page(records=records, next_cursor="" if is_last else str(int(number) + 1))


def _is_delicate(whole: Whole) -> bool:
    """What was paid or failed between the two readings makes a debt of what is none, or the other way round."""
    newest = whole.transactions[-1] if whole.transactions else None
    is_failing = newest is not None and newest.verdict is not Verdict.SUCCEEDED
    return is_failing or bool(outstanding_of(whole.subscription))


def _transactions(line: Line, subscription: Json, now: datetime) -> list[Transaction]:
    begun = min(moment(subscription[one]) for one in ("create_time", "start_time") if subscription.get(one))
    path = (*_PATH, subscription["id"], "transactions")

    def ask(start: datetime, end: datetime) -> Json:
        return line.read(*path, start_time=written(start), end_time=written(end)) or {}

    found = {one["id"]: transaction_of(one) for one in _between(ask, min(begun, now) - _BEFORE, now + _AHEAD)}
    return sorted(found.values(), key=lambda one: (one.at, one.reference))


def _between(ask: Callable[[datetime, datetime], Json], start: datetime, end: datetime) -> Iterator[Json]:
    found = ask(start, end)
    if (found.get("total_pages") or 1) > 1:
        if end - start < _SHORTEST:
            raise GatewayUnreachable("PayPal has more transactions in two seconds than it tells.")
        middle = start + (end - start) / 2
        yield from _between(ask, start, middle)
        yield from _between(ask, middle, end)
    else:
        yield from found.get("transactions") or []
