"""Read receipts and notes of the customer's own, also those of a charge that a bill of theirs has taken over."""

from __future__ import annotations

from collections.abc import Sequence

from paydesk.billing.payments.models import Payment
from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.strays import bill_that_took, strays_of


def own_receipt(*, merchant_id: int, customer_id: int, public_id: str) -> Receipt | None:
    """Give a receipt or note of a payment of this customer's, or None."""
    mine = Receipt.objects.select_related("payment").filter(merchant_id=merchant_id, public_id=public_id)
    found = mine.first()
    if found is None:
        return None
    paid = found.payment if found.payment.customer_id is not None else bill_that_took(found.payment)
    return found if paid is not None and paid.customer_id == customer_id else None


def receipts_of_parts(*, merchant_id: int, payment_id: int) -> Sequence[Receipt]:
    """List what proves parts of a bill that is not paid as a whole."""
    return strays_of(Payment.objects.get(merchant_id=merchant_id, id=payment_id))


def own_bill_that_took(*, merchant_id: int, customer_id: int, public_id: str) -> Payment | None:
    """Give the customer's bill that a lone charge with this public id has become a part of, or None."""
    absorbed = Payment.objects.filter(merchant_id=merchant_id, public_id=public_id).first()
    bill = bill_that_took(absorbed) if absorbed is not None else None
    return bill if bill is not None and bill.customer_id == customer_id else None
