"""Write one fact about money into the books, once. An entry always adds up to zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from paydesk.billing.ledger.models import LedgerEntry, LedgerLine
from paydesk.kit.faults import fault
from paydesk.kit.money import Money

#: What each kind does: the account that is debited, the account that is credited, by the amount.
_SIDES: dict[LedgerEntry.Kind, tuple[str, str]] = {
    LedgerEntry.Kind.CHARGE: ("gateway", "customer"),
    LedgerEntry.Kind.BALANCE: ("credit_balance", "customer"),
    LedgerEntry.Kind.EXTERNAL: ("outside", "customer"),
    LedgerEntry.Kind.REFUND: ("customer", "gateway"),
    LedgerEntry.Kind.DISPUTE: ("disputed", "gateway"),
    LedgerEntry.Kind.REVERSAL: ("gateway", "disputed"),
    LedgerEntry.Kind.REFUND_REVERSAL: ("gateway", "customer"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One fact about money, as it is to be written down."""

    payment_id: int
    kind: LedgerEntry.Kind
    reference: str
    amount: Money
    occurred_at: datetime

    def __post_init__(self) -> None:
        if not self.reference:
            raise AssertionError("money without a reference cannot be kept once")
        if self.amount.minor <= 0:
            raise AssertionError(f"an entry moves a positive amount, not {self.amount}")


def write_entry(
    *,
    merchant_id: int,
    connection_id: int,
    payment_id: int,
    kind: LedgerEntry.Kind,
    reference: str,
    amount: Money,
    occurred_at: datetime,
) -> bool:
    """Write the entry and its two lines; False when the same fact was written before. Call inside a transaction."""
    fact = Fact(payment_id=payment_id, kind=kind, reference=reference, amount=amount, occurred_at=occurred_at)
    same = LedgerEntry.objects.filter(
        merchant_id=merchant_id, connection_id=connection_id, kind=kind, reference=reference
    )
    if same.exists():
        return False
    write_new_entries(merchant_id=merchant_id, connection_id=connection_id, facts=[fact])
    fault("F15")
    return True


def write_new_entries(*, merchant_id: int, connection_id: int, facts: Sequence[Fact]) -> None:
    """Write facts of which none was written before; the constraint proves it. Call inside a transaction."""
    entries = LedgerEntry.objects.bulk_create(
        LedgerEntry(
            merchant_id=merchant_id,
            connection_id=connection_id,
            payment_id=fact.payment_id,
            kind=fact.kind,
            reference=fact.reference,
            occurred_at=fact.occurred_at,
        )
        for fact in facts
    )
    LedgerLine.objects.bulk_create(
        line
        for entry, fact in zip(entries, facts, strict=True)
        for line in (
            _line(entry, _SIDES[fact.kind][0], fact.amount),
            _line(entry, _SIDES[fact.kind][1], -fact.amount),
        )
    )


def _line(entry: LedgerEntry, account: str, amount: Money) -> LedgerLine:
    return LedgerLine(
        merchant_id=entry.merchant_id,
        entry_id=entry.id,
        account=account,
        amount_minor=amount.minor,
        currency=amount.currency,
    )
