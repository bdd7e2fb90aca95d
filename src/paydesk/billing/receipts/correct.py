"""Make a paid receipt out anew to whom the customer's details name now. The one before stays, word for word.

What was sold, by whom, when and for how much does not change: only the addressee does. The corrected receipt has a
number of its own, taken as every number is, and says whose place it takes; the number before stays spent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from paydesk.billing.payments.models import Payment
from paydesk.billing.receipts.addressee import own_billing
from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.numbers import locked_series, next_number
from paydesk.billing.receipts.snapshot import Snapshot
from paydesk.database.transactions import in_transaction, locked
from paydesk.merchants.find import MerchantInSight

#: Numbers are spent for good: who needs more of them has something else to mend.
VERSIONS_MAX = 10


class CorrectionRefused(Exception):
    """There is nothing to correct, or not this way. The words are for the customer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """A receipt and what it would say; `refusal` tells why it may not be made, or is empty."""

    receipt: Receipt
    said: Snapshot
    refusal: str


def look_at_correction(*, merchant: MerchantInSight, customer_id: int, payment_public_id: str) -> Correction:
    """Show what a correction would say. Raises Payment.DoesNotExist, also where no receipt was made yet."""
    payment = _payments(merchant, customer_id, payment_public_id).get()
    return _correction(payment, _receipts(payment))


def correct_receipt(
    *, merchant: MerchantInSight, customer_id: int, payment_public_id: str, seen_number: int, now: datetime
) -> Receipt:
    """Make the corrected receipt and give it; a second press gives the same one. `now` is wall time.

    `seen_number`: of the receipt that the page showed. Raises CorrectionRefused and Payment.DoesNotExist.
    """

    def step() -> Receipt:
        payment = locked(_payments(merchant, customer_id, payment_public_id)).get()
        receipts = _receipts(payment)
        found = _correction(payment, receipts)
        if seen_number in found.receipt.snapshot["replaces"] and _says(found.receipt.snapshot, found.said):
            return found.receipt
        if seen_number != found.receipt.number:
            raise CorrectionRefused(_("This receipt was corrected meanwhile. Look at the newer one."))
        if found.refusal:
            raise CorrectionRefused(found.refusal)
        return _write(merchant, payment, found, now)

    return in_transaction(step)


def refusal(now_said: Snapshot, would_say: Snapshot, versions_count: int) -> str:
    """Say why a receipt may not be made out anew, or nothing."""
    if would_say["billing"] is None:
        return _("Write your company or your address into your details first.")
    if _says(now_said, would_say):
        return _("This receipt says what your details say: there is nothing to correct.")
    if versions_count >= VERSIONS_MAX:
        return _("This receipt was corrected as often as it can be. Ask the seller for help.")
    return ""


def _write(merchant: MerchantInSight, payment: Payment, found: Correction, now: datetime) -> Receipt:
    series = locked_series(merchant)
    return Receipt.objects.create(
        merchant_id=merchant.id,
        series_id=series.id,
        payment_id=payment.id,
        kind=Receipt.Kind.RECEIPT,
        number=next_number(series),
        version=found.receipt.version + 1,
        snapshot=found.said,
        issued_at=now,
    )


def _correction(payment: Payment, receipts: list[Receipt]) -> Correction:
    if not receipts:
        raise Payment.DoesNotExist
    latest = receipts[-1]
    before: Snapshot = latest.snapshot
    said = Snapshot(
        **{
            **before,
            "customer": payment.customer.name if payment.customer else before["customer"],
            "billing": own_billing(payment.customer),
            "replaces": sorted(row.number for row in receipts),
        }
    )
    return Correction(receipt=latest, said=said, refusal=refusal(before, said, len(receipts)))


def _says(one: Snapshot, other: Snapshot) -> bool:
    """Say whether two are made out to the same."""
    return (one["customer"], one["billing"]) == (other["customer"], other["billing"])


def _payments(merchant: MerchantInSight, customer_id: int, public_id: str) -> QuerySet[Payment]:
    mine = Payment.objects.select_related("customer")
    return mine.filter(merchant_id=merchant.id, customer_id=customer_id, public_id=public_id)


def _receipts(payment: Payment) -> list[Receipt]:
    rows = Receipt.objects.filter(
        merchant_id=payment.merchant_id, payment_id=payment.id, kind=Receipt.Kind.RECEIPT
    )
    return list(rows.order_by("version"))
