"""What happened to one bill or charge in a made-up history: tries that were declined, and what came afterwards.

A story is `{"declined": ["insufficient_funds"], "status": "paid", "settled_by": "", "paid_in": [], "refunded_minor": 0,
"disputed": ""}`; each field may be left out. `declined` names test cards whose reason to decline is borrowed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from paydesk_simulator.cards import CARD_OF_NAME
from paydesk_simulator.company import disputes, refunds
from paydesk_simulator.company.accounts import Account
from paydesk_simulator.company.bills import Bill
from paydesk_simulator.company.charges import Charge, write_down
from paydesk_simulator.company.customers import Customer
from paydesk_simulator.company.journal import Movement
from paydesk_simulator.company.journal import write_down as write_movement
from paydesk_simulator.company.methods import Method
from paydesk_simulator.database import Books, new_id
from paydesk_simulator.fields import Fields
from paydesk_simulator.refused import Refused

_REFUNDED_AFTER = timedelta(days=4)


@dataclass(frozen=True, kw_only=True, slots=True)
class Owed:
    """What a bill or a charge is for, and when."""

    title: str
    amount_minor: int
    currency: str
    at: datetime

    @classmethod
    def of(cls, wanted: Fields, now: datetime) -> Owed:
        """Read it."""
        return cls(
            title=wanted.text("title", "Payment"),
            amount_minor=wanted.whole("amount_minor"),
            currency=wanted.currency(),
            at=wanted.moment("at") or now,
        )


def tell_bill(
    books: Books, account: Account, bill: Bill, story: Fields, *, method: Method | None, now: datetime
) -> Bill:
    """Play the tries of a bill, and leave it as the story says."""
    codes = _codes(story)
    status = story.text("status", "paid")
    tried_at = [_try_at(account, bill.due_at, number) for number in range(len(codes) + 1)]
    whole = replace(_charge(account.id, bill.customer_id, _owed(bill), method, tried_at[-1]), bill_id=bill.id)
    for code, at in zip(codes, tried_at, strict=False):
        tried = replace(whole, id=new_id("ch"), created_at=at, finished_at=at)
        books.add(replace(tried, status="declined", decline_code=code))
    if status != "paid":
        _capture(books, account, _in_parts(whole, story), Fields({}))
        following = tried_at[-1] if len(codes) <= len(account.retry_days) else None
        open_until = following if status == "failed" and following and following > now else None
        return books.change(bill, status=status, tries=len(codes), next_attempt_at=open_until)
    settled_by = story.text("settled_by", "charge" if bill.amount_minor else "zero")
    charges = (_in_parts(whole, story) or [whole]) if settled_by == "charge" else []
    if charges and sum(charge.amount_minor for charge in charges) != bill.amount_minor:
        raise Refused(400, "bad_amount", "What a bill was paid in comes to something else.")
    paid_at = charges[-1].created_at if charges else tried_at[-1]
    paid = books.change(bill, status="paid", settled_by=settled_by, paid_at=paid_at, tries=len(codes) + 1)
    _capture(books, account, charges, story)
    return paid


def _in_parts(whole: Charge, story: Fields) -> list[Charge]:
    """Give one charge for each part of `paid_in`, a day apart."""
    parts = story.values.get("paid_in", [])
    days = [whole.created_at + timedelta(days=number) for number in range(len(parts))]
    return [
        replace(whole, id=new_id("ch"), amount_minor=part, is_part=True, created_at=day, finished_at=day)
        for part, day in zip(parts, days, strict=True)
    ]


def _capture(books: Books, account: Account, charges: list[Charge], story: Fields) -> None:
    """Keep the charges that paid a bill; what came afterwards happened to the last."""
    for charge in charges:
        _captured(books, account, charge, story if charge is charges[-1] else Fields({}))


def tell_charge(
    books: Books, account: Account, customer: Customer, owed: Owed, story: Fields, *, method: Method | None
) -> Charge:
    """Make a charge without a bill, as the merchant's shop would have made it, and leave it as the story says."""
    codes = _codes(story)
    charge = _charge(account.id, customer.id, owed, method, owed.at)
    if codes:
        return books.add(replace(charge, status="declined", decline_code=codes[-1]))
    return _captured(books, account, charge, story)


def _owed(bill: Bill) -> Owed:
    return Owed(title=bill.title, amount_minor=bill.amount_minor, currency=bill.currency, at=bill.due_at)


def _codes(story: Fields) -> list[str]:
    cards = [CARD_OF_NAME.get(name) for name in story.values.get("declined", [])]
    if not all(card and card.decline_code for card in cards):
        raise Refused(400, "unknown_card", "declined has to be a list of test cards that decline.")
    return [card.decline_code for card in cards if card]


def _try_at(account: Account, due_at: datetime, number: int) -> datetime:
    """The first try is on the day; then the account's own plan, then one a day."""
    days = [0, *account.retry_days]
    past_plan = max(0, number - len(days) + 1)
    return due_at + timedelta(days=days[min(number, len(days) - 1)] + past_plan)


def _charge(account_id: str, customer_id: str, owed: Owed, method: Method | None, at: datetime) -> Charge:
    return past_charge(
        account_id=account_id,
        customer_id=customer_id,
        method_id=method.id if method else None,
        amount_minor=owed.amount_minor,
        currency=owed.currency,
        description=owed.title,
        at=at,
    )


def past_charge(
    *,
    account_id: str,
    customer_id: str,
    method_id: str | None,
    amount_minor: int,
    currency: str,
    description: str,
    at: datetime,
    bill_id: str | None = None,
) -> Charge:
    """Make up a charge that succeeded at once, with nobody there."""
    return Charge(
        id=new_id("ch"),
        account_id=account_id,
        customer_id=customer_id,
        method_id=method_id,
        bill_id=bill_id,
        amount_minor=amount_minor,
        currency=currency,
        tag="",
        key="",
        description=description,
        on_session=False,
        is_part=False,
        return_url="",
        status="succeeded",
        decline_code="",
        retry_not_before=None,
        settles_at=None,
        created_at=at,
        finished_at=at,
    )


def _captured(books: Books, account: Account, charge: Charge, story: Fields) -> Charge:
    """Keep a charge that succeeded, with the refund and the dispute of its story."""
    books.add(charge)
    write_down(books, charge)
    back = story.whole("refunded_minor", 0)
    later = charge.created_at + _REFUNDED_AFTER
    if back:
        _refunded(books, charge, min(back, charge.amount_minor), later)
    if disputed := story.text("disputed", ""):
        row = disputes.open_dispute(
            books,
            account,
            charge=charge,
            amount_minor=charge.amount_minor,
            now=later,
            is_inquiry=disputed in ("inquiry", "closed"),
            silently=True,
        )
        if disputed not in ("open", "inquiry"):
            disputes.close_dispute(
                books, account, row, won=disputed == "won", now=later + _REFUNDED_AFTER, silently=True
            )
    return charge


def _refunded(books: Books, charge: Charge, amount_minor: int, at: datetime) -> None:
    row = books.add(
        refunds.Refund(
            id=new_id("rf"),
            account_id=charge.account_id,
            charge_id=charge.id,
            amount_minor=amount_minor,
            currency=charge.currency,
            status="succeeded",
            tag="",
            key="",
            created_at=at,
        )
    )
    write_movement(
        books,
        Movement(
            account_id=charge.account_id,
            kind="refund",
            reference=row.id,
            charge_id=charge.id,
            bill_id=charge.bill_id or "",
            customer_id=charge.customer_id,
            tag="",
            key="",
            amount_minor=-amount_minor,
            currency=charge.currency,
            occurred_at=at,
        ),
    )
