"""Say what each kind of entry in the books means to the customer: paid, or gone back."""

from __future__ import annotations

from paydesk.billing.ledger.models import LedgerEntry

_Kind = LedgerEntry.Kind

PAID = frozenset({_Kind.CHARGE.value, _Kind.BALANCE.value, _Kind.EXTERNAL.value})
#: What goes back, and the kind that takes it back again: the refund did not arrive, the dispute was won.
UNDONE_BY = {
    _Kind.REFUND.value: _Kind.REFUND_REVERSAL.value,
    _Kind.DISPUTE.value: _Kind.REVERSAL.value,
}
UNDOES = {undone_by: kind for kind, undone_by in UNDONE_BY.items()}
KINDS = sorted(PAID | UNDONE_BY.keys() | UNDOES.keys())


def sign_of(kind: str) -> int:
    """Say whether the customer has paid more by it, or less."""
    return -1 if kind in UNDONE_BY else 1
