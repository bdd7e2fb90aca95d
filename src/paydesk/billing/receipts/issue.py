"""Issue the receipt for a paid payment. Asking twice gives the same receipt.

The number is taken in the transaction that inserts the receipt, under the series' lock, so there is no gap (R11).
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from paydesk.billing.orders.models import OrderLine
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.receipts.models import Receipt, ReceiptSeries
from paydesk.database.transactions import in_transaction, locked
from paydesk.merchants.find import MerchantInSight


class ReceiptRefused(Exception):
    """There is nothing to prove yet. The words are for the customer."""


def issue_receipt(*, merchant: MerchantInSight, payment_id: int, now: datetime) -> Receipt:
    """Give the payment's receipt, made now if there is none; raises ReceiptRefused for a payment not made."""
    return in_transaction(lambda: _issue(merchant, payment_id, now))


def _issue(merchant: MerchantInSight, payment_id: int, now: datetime) -> Receipt:
    payment = locked(
        Payment.objects.select_related("customer", "order").filter(merchant_id=merchant.id, id=payment_id)
    ).get()
    known = (
        Receipt.objects.filter(merchant_id=merchant.id, payment_id=payment.id).order_by("-version").first()
    )
    if known is not None:
        return known
    if payment.state != Payment.State.PAID or payment.amount_minor <= 0:
        raise ReceiptRefused(_("A receipt is there as soon as the payment has been made."))
    series = _locked_series(merchant)
    number = series.last_number + 1
    receipt = Receipt.objects.create(
        merchant_id=merchant.id,
        series_id=series.id,
        payment_id=payment.id,
        number=number,
        snapshot=_snapshot(merchant, payment),
        issued_at=now,
    )
    ReceiptSeries.objects.filter(merchant_id=merchant.id, id=series.id).update(last_number=number)
    return receipt


def _locked_series(merchant: MerchantInSight) -> ReceiptSeries:
    mine = ReceiptSeries.objects.filter(merchant_id=merchant.id, mode=merchant.mode)
    ReceiptSeries.objects.bulk_create(
        [ReceiptSeries(merchant_id=merchant.id, mode=merchant.mode)], ignore_conflicts=True
    )
    return locked(mine).get()


def _snapshot(merchant: MerchantInSight, payment: Payment) -> dict[str, object]:
    """Keep everything that the receipt says, so that it says the same in ten years."""
    attempt = Attempt.objects.filter(
        merchant_id=merchant.id, payment_id=payment.id, state=Attempt.State.SUCCEEDED
    ).first()
    lines = OrderLine.objects.filter(merchant_id=merchant.id, order_id=payment.order_id).order_by("position")
    titled = [[line.title, line.quantity, line.amount_minor] for line in lines]
    is_whole = sum(line.amount_minor for line in lines) == payment.amount_minor
    return {
        "merchant": {"name": merchant.name, "support_email": merchant.support_email},
        "customer": payment.customer.name if payment.customer else "",
        "title": payment.title,
        "gateway_number": payment.number,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "paid_at": payment.paid_at.isoformat() if payment.paid_at else None,
        "settled_by": payment.settled_by,
        "method": {"brand": attempt.method_brand, "last_four": attempt.method_last_four} if attempt else None,
        "lines": titled if is_whole else [[payment.title, 1, payment.amount_minor]],
    }
