"""Bills: what the company collects for its merchant, with a number, lines and a plan for trying again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from paydesk_simulator.company.accounts import Account
from paydesk_simulator.company.bill_parts import BillParts, Part
from paydesk_simulator.company.customers import customer_of
from paydesk_simulator.company.events import announce
from paydesk_simulator.company.subscriptions import record_bill_failed, record_bill_paid
from paydesk_simulator.database import Books, new_id
from paydesk_simulator.refused import Refused, not_found

PAYABLE = ("due", "failed")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bill:
    """One bill. `tries` counts the company's own, `next_attempt_at` is when it tries next.

    `method_id` is the method that this bill names for itself; None: its subscription's own, then the default.
    """

    TABLE: ClassVar[str] = "bills"
    id: str
    account_id: str
    customer_id: str
    subscription_id: str | None
    number: str
    title: str
    amount_minor: int
    currency: str
    status: str
    lines: list[Part]
    discounts: list[Part]
    taxes: list[Part]
    balance_minor: int
    billing: Part
    method_id: str | None
    settled_by: str
    tries: int
    due_at: datetime
    paid_at: datetime | None
    next_attempt_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class BillWanted:
    """What to bill, made of its parts."""

    customer_id: str
    title: str
    parts: BillParts
    currency: str
    due_at: datetime
    subscription_id: str | None = None
    method_id: str | None = None


def make_bill(books: Books, account: Account, wanted: BillWanted, *, silently: bool = False) -> Bill:
    """Make a bill that is due, and not tried yet, made out as the customer's billing details stand."""
    if wanted.parts.owed() < 0:
        raise Refused(400, "bad_amount", "A bill is not negative.")
    made_before = books.ask("SELECT count(*) FROM bills WHERE account_id = ?", account.id)[0][0]
    bill = books.add(
        Bill(
            id=new_id("bill"),
            account_id=account.id,
            customer_id=wanted.customer_id,
            subscription_id=wanted.subscription_id,
            number=f"SC-{made_before + 1:06d}",
            title=wanted.title,
            amount_minor=wanted.parts.owed(),
            currency=wanted.currency,
            status="due",
            lines=wanted.parts.lines,
            discounts=wanted.parts.discounts,
            taxes=wanted.parts.taxes,
            balance_minor=wanted.parts.balance_minor,
            billing=customer_of(books, account, wanted.customer_id).billing,
            method_id=wanted.method_id,
            settled_by="",
            tries=0,
            due_at=wanted.due_at,
            paid_at=None,
            next_attempt_at=None,
            created_at=wanted.due_at,
        )
    )
    if not silently:
        announce(books, account, "bill.created", subject(bill))
    return bill


def bill_of(books: Books, account: Account, bill_id: str) -> Bill:
    """Give one bill of this account."""
    bill = books.get(Bill, bill_id)
    if bill is None or bill.account_id != account.id:
        raise not_found("bill")
    return bill


def record_paid(books: Books, account: Account, bill: Bill, *, settled_by: str, now: datetime) -> Bill:
    """Close a bill that was paid: by a charge, by a balance, elsewhere, or because it came to nothing."""
    paid = _change(
        books,
        account,
        bill,
        "bill.paid",
        status="paid",
        settled_by=settled_by,
        paid_at=now,
        next_attempt_at=None,
    )
    if bill.subscription_id:
        record_bill_paid(books, account, bill.subscription_id, now)
    return paid


def record_failed(books: Books, account: Account, bill: Bill, *, by_company: bool, now: datetime) -> Bill:
    """Note a try that was declined. Only the company's own tries move its plan for trying again."""
    if not by_company:
        return _change(books, account, bill, "bill.failed", status="failed")
    days = account.retry_days[bill.tries : bill.tries + 1]
    # A bank that took its time may have let the planned day go by.
    following = max(bill.due_at + timedelta(days=days[0]), now + timedelta(hours=12)) if days else None
    failed = _change(
        books, account, bill, "bill.failed", status="failed", tries=bill.tries + 1, next_attempt_at=following
    )
    if bill.subscription_id:
        record_bill_failed(books, account, bill.subscription_id, was_last_try=following is None, now=now)
    return failed


def record_processing(books: Books, account: Account, bill: Bill) -> Bill:
    """Note that the bank takes its time; nobody tries meanwhile."""
    return _change(books, account, bill, "bill.updated", status="processing", next_attempt_at=None)


def close_unpaid(books: Books, account: Account, bill: Bill, *, status: str) -> Bill:
    """Cancel a bill or write it off."""
    if bill.status not in PAYABLE or status not in ("canceled", "written_off"):
        raise Refused(400, "wrong_state", "Only an open bill can be canceled or written off.")
    return _change(books, account, bill, f"bill.{status}", status=status, next_attempt_at=None)


def subject(bill: Bill) -> dict[str, str | None]:
    """Name the bill in an event."""
    return {"type": "bill", "id": bill.id, "customer": bill.customer_id, "subscription": bill.subscription_id}


def _change(books: Books, account: Account, bill: Bill, kind: str, **values: object) -> Bill:
    changed = books.change(bill, **values)
    announce(books, account, kind, subject(changed))
    return changed
