"""Find receipts of a charge that stood alone until its bill was known to have it: they are the bill's (R11).

The charge may have had its receipt before the bill took it over (`payments/mirrored/lone_charges.py`). That number is
spent and that paper is out, so it moves to the bill once the bill is paid, and the bill gets no second one over the
same money. Until then it stays where it is, on a payment that is nobody's any more, and is found through the bill.
"""

from __future__ import annotations

from collections.abc import Sequence

from paydesk.billing.payments.mirrored.lone_charges import bill_of_charge
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.receipts.models import Receipt


def strays_of(payment: Payment) -> list[Receipt]:
    """List receipts and notes that stand on charges which this payment has taken over, by number."""
    references = Attempt.objects.filter(
        merchant_id=payment.merchant_id, connection_id=payment.connection_id, payment_id=payment.id
    ).exclude(reference__in=["", payment.reference])
    absorbed = Payment.objects.filter(
        merchant_id=payment.merchant_id,
        connection_id=payment.connection_id,
        reference__in=list(references.values_list("reference", flat=True)),
    ).values_list("id", flat=True)
    return _of_payments(payment.merchant_id, list(absorbed))


def bill_that_took(absorbed: Payment) -> Payment | None:
    """Give the bill that has taken over the charge of a payment that was it alone; None where none has."""
    if absorbed.customer_id is not None:
        return None
    return bill_of_charge(
        merchant_id=absorbed.merchant_id, connection_id=absorbed.connection_id, reference=absorbed.reference
    )


def bring_home(payment: Payment, strays: Sequence[Receipt], *, version: int) -> None:
    """Move strays to the payment, which is locked. Only where they stand changes, not a word of what they say.

    `version` is the first that is free.
    """
    for stray in strays:
        mine = Receipt.objects.filter(merchant_id=payment.merchant_id, id=stray.id)
        if stray.kind == Receipt.Kind.RECEIPT:
            mine.update(payment_id=payment.id, version=version)
            version += 1
        else:
            mine.update(payment_id=payment.id)


def _of_payments(merchant_id: int, payment_ids: Sequence[int]) -> list[Receipt]:
    if not payment_ids:
        return []
    rows = Receipt.objects.filter(merchant_id=merchant_id, payment_id__in=payment_ids)
    return list(rows.order_by("number"))
