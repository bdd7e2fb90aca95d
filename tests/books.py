"""Enter what happened to a payment into the books, as mirroring it would have done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.ledger.write import Fact, write_new_entries
from paydesk.billing.orders.models import Order
from paydesk.billing.payments.models import Payment
from paydesk.kit.money import Money
from tests import builders


def enter(
    of: Payment, kind: str = "charge", minor: int = 0, at: datetime | None = None, reference: str = ""
) -> None:
    """Enter one fact: the whole payment's charge when it was due, unless told otherwise."""
    fact = Fact(
        payment_id=of.id,
        kind=LedgerEntry.Kind(kind),
        reference=reference or f"{kind}_{of.reference}",
        amount=Money(minor or of.amount_minor, of.currency),
        occurred_at=at or of.due_at,
    )
    write_new_entries(merchant_id=of.merchant_id, connection_id=of.connection_id, facts=[fact])


def paid(of: Order, minor: int = 4900, currency: str = "EUR", *, at: datetime, **fields: Any) -> Payment:
    """Add a payment that one charge has paid."""
    made = builders.payment(of, minor, currency, due_at=at, **fields)
    enter(made)
    return made


def refunded(of: Payment, minor: int, *, after_days: float = 2) -> None:
    """Give money back, days after it was due."""
    at = of.due_at + timedelta(days=after_days)
    row = builders.refund(of, minor, created_at=at)
    enter(of, "refund", minor, at, row.reference or "")


def disputed(of: Payment, state: str = "lost", *, after_days: float = 5) -> None:
    """Let the bank take the payment back, for good or until it has decided."""
    at = of.due_at + timedelta(days=after_days)
    row = builders.dispute(of, state, created_at=at)
    enter(of, "dispute", at=at, reference=row.reference)
    if state == "won":
        enter(of, "reversal", at=at, reference=row.reference)


def many_paid(of: Order, count: int, *, year: int) -> None:
    """Spread many paid payments evenly over a year."""
    step = timedelta(days=364) / count
    builders.payments(of, count)
    rows = list(Payment.objects.filter(merchant_id=of.merchant_id, order_id=of.id).order_by("id"))
    for turn, row in enumerate(rows):
        row.due_at = row.paid_at = builders.at(year, 1, 1) + turn * step
        row.title = f"{of.title} {turn}"
    Payment.objects.bulk_update(rows, ["due_at", "paid_at", "title"], batch_size=500)
    facts = [
        Fact(
            payment_id=row.id,
            kind=LedgerEntry.Kind.CHARGE,
            reference=f"ch_{row.reference}",
            amount=Money(row.amount_minor, row.currency),
            occurred_at=row.due_at,
        )
        for row in rows
    ]
    if of.connection_id is None:
        raise AssertionError("money moves at a company")
    write_new_entries(merchant_id=of.merchant_id, connection_id=of.connection_id, facts=facts)
