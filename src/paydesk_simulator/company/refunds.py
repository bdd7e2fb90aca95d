"""Refunds: in parts and several times, but never more than was captured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from paydesk_simulator.company.accounts import Account
from paydesk_simulator.company.charges import Charge, charge_of
from paydesk_simulator.company.events import announce
from paydesk_simulator.company.journal import Movement, write_down
from paydesk_simulator.company.methods import method_of
from paydesk_simulator.database import Books, new_id
from paydesk_simulator.refused import Refused, not_found


@dataclass(frozen=True, kw_only=True, slots=True)
class Refund:
    TABLE: ClassVar[str] = "refunds"
    id: str
    account_id: str
    charge_id: str
    amount_minor: int
    currency: str
    status: str
    tag: str
    key: str
    created_at: datetime


def refund(
    books: Books, account: Account, *, charge: Charge, amount_minor: int, tag: str, key: str, now: datetime
) -> Refund:
    """Give money back."""
    refusal = _refusal(books, charge, amount_minor)
    if refusal:
        raise Refused(400, "not_refundable", refusal)
    pends = method_of(books, account, charge.method_id or "").test_card().refunds_pend
    row = books.add(
        Refund(
            id=new_id("rf"),
            account_id=account.id,
            charge_id=charge.id,
            amount_minor=amount_minor,
            currency=charge.currency,
            status="pending" if pends else "succeeded",
            tag=tag,
            key=key,
            created_at=now,
        )
    )
    if row.status == "succeeded":
        _write_down(books, charge, row, now)
    announce(books, account, f"refund.{row.status}", _subject(row, charge))
    return row


def settle_refund(books: Books, account: Account, row: Refund, *, succeeded: bool, now: datetime) -> Refund:
    """Take the bank's late word on a pending refund."""
    if row.status != "pending":
        raise Refused(400, "wrong_state", "Only a pending refund can be settled.")
    charge = charge_of(books, account, row.charge_id)
    settled = books.change(row, status="succeeded" if succeeded else "failed")
    if succeeded:
        _write_down(books, charge, settled, now)
    announce(books, account, f"refund.{settled.status}", _subject(settled, charge))
    return settled


def refund_of(books: Books, account: Account, refund_id: str) -> Refund:
    """Give one refund of this account."""
    row = books.get(Refund, refund_id)
    if row is None or row.account_id != account.id:
        raise not_found("refund")
    return row


def _refusal(books: Books, charge: Charge, amount_minor: int) -> str:
    if charge.status != "succeeded":
        return "Only a charge that succeeded can be refunded."
    taken = "SELECT 1 FROM disputes WHERE charge_id = ? AND status IN ('open', 'lost') LIMIT 1"
    if books.ask(taken, charge.id):
        return "The customer's bank has taken this charge back."
    given = "SELECT coalesce(sum(amount_minor), 0) FROM refunds WHERE charge_id = ? AND status <> 'failed'"
    left = charge.amount_minor - books.ask(given, charge.id)[0][0]
    return "" if 0 < amount_minor <= left else f"Between 1 and {left} minor units can be refunded."


def _write_down(books: Books, charge: Charge, row: Refund, now: datetime) -> None:
    movement = Movement(
        account_id=row.account_id,
        kind="refund",
        reference=row.id,
        charge_id=charge.id,
        bill_id=charge.bill_id or "",
        customer_id=charge.customer_id,
        tag=row.tag,
        key=row.key,
        amount_minor=-row.amount_minor,
        currency=row.currency,
        occurred_at=now,
    )
    write_down(books, movement)


def _subject(row: Refund, charge: Charge) -> dict[str, str | None]:
    return {
        "type": "refund",
        "id": row.id,
        "tag": row.tag,
        "charge": charge.id,
        "charge_tag": charge.tag,
        "bill": charge.bill_id,
        "customer": charge.customer_id,
    }
