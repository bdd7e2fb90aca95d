"""Take over a charge that was seen before its bill was known to have it: it is the bill's, not a payment of its own."""

from __future__ import annotations

from django.db.models import Max

from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.payments.models import Attempt, Dispute, Payment, Refund


def take_over_charge(*, payment: Payment, reference: str) -> None:
    """Move the charge, with its entries, from the payment that it alone made up. The bill's payment is locked."""
    mine = {"merchant_id": payment.merchant_id, "connection_id": payment.connection_id}
    # Alone, a charge is its own collectible; one that another bill has is left where it is.
    alone = Attempt.objects.filter(**mine, reference=reference, payment__reference=reference)
    misplaced = alone.exclude(payment_id=payment.id).first()
    if not reference or misplaced is None:
        return
    Attempt.objects.filter(**mine, id=misplaced.id).update(payment_id=payment.id, number=next_number(payment))
    for rows in (LedgerEntry, Refund, Dispute):
        rows.objects.filter(**mine, payment_id=misplaced.payment_id).update(payment_id=payment.id)
    Payment.objects.filter(**mine, id=misplaced.payment_id).update(
        state=Payment.State.CANCELED,
        owed_minor=0,
        paid_minor=0,
        paid_at=None,
        settled_by="",
        customer_id=None,
        gateway_customer_id=None,
    )


def absorb_mirror(attempt: Attempt, reference: str) -> None:
    """A webhook may have mirrored our own charge before we knew its reference: one charge is one row."""
    same = Attempt.objects.filter(
        merchant_id=attempt.merchant_id, connection_id=attempt.connection_id, reference=reference
    ).exclude(id=attempt.id)
    if reference and same.exists():
        payment = Payment.objects.get(merchant_id=attempt.merchant_id, id=attempt.payment_id)
        take_over_charge(payment=payment, reference=reference)
        same.filter(payment_id=attempt.payment_id, origin=Attempt.Origin.GATEWAY).delete()


def bill_of_charge(*, merchant_id: int, connection_id: int, reference: str) -> Payment | None:
    """Give the bill's payment that a charge belongs to; None for a charge that stands alone, or is not known.

    What is left of an agreement that was moved is asked for elsewhere by now; a charge stays where it was made.
    """
    mine = {"merchant_id": merchant_id, "connection_id": connection_id}
    owned = Attempt.objects.filter(**mine, reference=reference).exclude(payment__reference=reference)
    payment_id = owned.values_list("payment_id", flat=True).first()
    return Payment.objects.get(merchant_id=merchant_id, id=payment_id) if payment_id else None


def next_number(payment: Payment) -> int:
    """Give the number of the next attempt at a locked payment."""
    mine = Attempt.objects.filter(merchant_id=payment.merchant_id, payment_id=payment.id)
    return (mine.aggregate(last=Max("number"))["last"] or 0) + 1
