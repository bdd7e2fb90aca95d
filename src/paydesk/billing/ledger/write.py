"""Write one fact about money into the books, once. An entry always adds up to zero."""

from __future__ import annotations

from datetime import datetime

from paydesk.billing.ledger.models import LedgerEntry, LedgerLine
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
    if not reference:
        raise AssertionError("money without a reference cannot be kept once")
    if amount.minor <= 0:
        raise AssertionError(f"an entry moves a positive amount, not {amount}")
    same = LedgerEntry.objects.filter(
        merchant_id=merchant_id, connection_id=connection_id, kind=kind, reference=reference
    )
    if same.exists():
        return False
    entry = LedgerEntry.objects.create(
        merchant_id=merchant_id,
        connection_id=connection_id,
        payment_id=payment_id,
        kind=kind,
        reference=reference,
        occurred_at=occurred_at,
    )
    debit, credit = _SIDES[kind]
    LedgerLine.objects.bulk_create([_line(entry, debit, amount), _line(entry, credit, -amount)])
    return True


def _line(entry: LedgerEntry, account: str, amount: Money) -> LedgerLine:
    return LedgerLine(
        merchant_id=entry.merchant_id,
        entry_id=entry.id,
        account=account,
        amount_minor=amount.minor,
        currency=amount.currency,
    )
