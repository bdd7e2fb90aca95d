"""Read one receipt or note of the customer's own, by its public id."""

from __future__ import annotations

from paydesk.billing.receipts.models import Receipt


def own_receipt(*, merchant_id: int, customer_id: int, public_id: str) -> Receipt | None:
    """Give a receipt or note of a payment of this customer's, or None."""
    mine = Receipt.objects.filter(
        merchant_id=merchant_id, public_id=public_id, payment__customer_id=customer_id
    )
    return mine.first()
