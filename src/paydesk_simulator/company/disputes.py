"""Disputes: the customer's bank asks, or takes the money back and gives it again when the merchant wins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from paydesk_simulator.company.accounts import Account
from paydesk_simulator.company.charges import Charge, charge_of
from paydesk_simulator.company.events import announce
from paydesk_simulator.company.journal import Movement, write_down
from paydesk_simulator.database import Books, new_id
from paydesk_simulator.refused import Refused, not_found


@dataclass(frozen=True, kw_only=True, slots=True)
class Dispute:
    TABLE: ClassVar[str] = "disputes"
    id: str
    account_id: str
    charge_id: str
    amount_minor: int
    currency: str
    status: str
    created_at: datetime
    closed_at: datetime | None


def open_dispute(
    books: Books,
    account: Account,
    *,
    charge: Charge,
    amount_minor: int,
    now: datetime,
    is_inquiry: bool = False,
    silently: bool = False,
) -> Dispute:
    """Take money back for the customer; an inquiry takes nothing yet."""
    if charge.status != "succeeded" or not 0 < amount_minor <= charge.amount_minor:
        raise Refused(400, "not_disputable", "Only what was captured can be disputed.")
    dispute = books.add(
        Dispute(
            id=new_id("dp"),
            account_id=account.id,
            charge_id=charge.id,
            amount_minor=amount_minor,
            currency=charge.currency,
            status="inquiry" if is_inquiry else "open",
            created_at=now,
            closed_at=None,
        )
    )
    if not is_inquiry:
        _write_down(books, dispute, charge, kind="dispute", amount_minor=-amount_minor, now=now)
    if not silently:
        announce(books, account, "dispute.opened", _subject(dispute, charge))
    return dispute


def escalate(books: Books, account: Account, dispute: Dispute, *, now: datetime) -> Dispute:
    """The answer to an inquiry did not do: the bank takes the money back after all."""
    if dispute.status != "inquiry":
        raise Refused(400, "wrong_state", "Only an inquiry can become a dispute.")
    charge = charge_of(books, account, dispute.charge_id)
    opened = books.change(dispute, status="open")
    _write_down(books, opened, charge, kind="dispute", amount_minor=-dispute.amount_minor, now=now)
    announce(books, account, "dispute.updated", _subject(opened, charge))
    return opened


def close_dispute(
    books: Books, account: Account, dispute: Dispute, *, won: bool, now: datetime, silently: bool = False
) -> Dispute:
    """Decide: won gives the money back to the merchant, lost leaves it with the customer; an inquiry just ends."""
    if dispute.status not in ("open", "inquiry"):
        raise Refused(400, "wrong_state", "This dispute is closed.")
    charge = charge_of(books, account, dispute.charge_id)
    status = "closed" if dispute.status == "inquiry" else "won" if won else "lost"
    closed = books.change(dispute, status=status, closed_at=now)
    if status == "won":
        _write_down(books, closed, charge, kind="dispute_won", amount_minor=dispute.amount_minor, now=now)
    if not silently:
        announce(books, account, "dispute.closed", _subject(closed, charge))
    return closed


def dispute_of(books: Books, account: Account, dispute_id: str) -> Dispute:
    """Give one dispute of this account."""
    dispute = books.get(Dispute, dispute_id)
    if dispute is None or dispute.account_id != account.id:
        raise not_found("dispute")
    return dispute


def _write_down(
    books: Books, dispute: Dispute, charge: Charge, *, kind: str, amount_minor: int, now: datetime
) -> None:
    movement = Movement(
        account_id=dispute.account_id,
        kind=kind,
        reference=dispute.id,
        charge_id=charge.id,
        bill_id=charge.bill_id or "",
        customer_id=charge.customer_id,
        tag=charge.tag,
        key=charge.key,
        amount_minor=amount_minor,
        currency=dispute.currency,
        occurred_at=now,
    )
    write_down(books, movement)


def _subject(dispute: Dispute, charge: Charge) -> dict[str, str | None]:
    return {
        "type": "dispute",
        "id": dispute.id,
        "charge": charge.id,
        "charge_tag": charge.tag,
        "bill": charge.bill_id,
        "customer": charge.customer_id,
    }
