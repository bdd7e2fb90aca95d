"""Take the next number of a merchant's series, inside the transaction that uses it: no gap, no number twice (R11)."""

from __future__ import annotations

from paydesk.billing.receipts.models import ReceiptSeries
from paydesk.database.transactions import locked
from paydesk.merchants.find import MerchantInSight


class NumberTaken(AssertionError):
    """Somebody else moved a series that we had locked. Stays on in production."""


def locked_series(merchant: MerchantInSight) -> ReceiptSeries:
    """Lock the series of the merchant's mode, made now if there is none. The payment is locked before it (R9)."""
    mine = ReceiptSeries.objects.filter(merchant_id=merchant.id, mode=merchant.mode)
    found = locked(mine).first()
    if found is not None:
        return found
    ReceiptSeries.objects.bulk_create(
        [ReceiptSeries(merchant_id=merchant.id, mode=merchant.mode)], ignore_conflicts=True
    )
    return locked(mine).get()


def next_number(series: ReceiptSeries) -> int:
    """Take one number of a locked series. It is given back by itself when the transaction does not commit."""
    mine = ReceiptSeries.objects.filter(
        merchant_id=series.merchant_id, id=series.id, last_number=series.last_number
    )
    if mine.update(last_number=series.last_number + 1) != 1:
        raise NumberTaken(f"series {series.id}")
    series.last_number += 1
    return series.last_number
