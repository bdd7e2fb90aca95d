"""Write the notes that are due and that nobody has asked for yet: a merchant's books are complete without a visit."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from paydesk.billing.payments.models import Dispute, Refund
from paydesk.billing.receipts.issue import issue_receipt
from paydesk.billing.receipts.models import Receipt
from paydesk.merchants.find import all_merchant_ids, merchant_by_id

log = logging.getLogger(__name__)


def write_due_notes(now: datetime) -> None:
    """Visit every payment that has a receipt and a refund or a dispute without its note. `now` is wall time."""
    for merchant_id in all_merchant_ids():
        merchant = merchant_by_id(merchant_id)
        for payment_id in payments_without_their_note(merchant_id=merchant_id):
            try:
                issue_receipt(merchant=merchant, payment_id=payment_id, now=now)
            except Exception:
                log.exception("the notes of payment %s could not be written", payment_id)


def payments_without_their_note(*, merchant_id: int) -> list[int]:
    """Name the payments whose money went back, or was to, after their receipt, and no note says so."""
    proved = Exists(Receipt.objects.filter(merchant_id=merchant_id, payment_id=OuterRef("payment_id")))
    of_refund = Receipt.objects.filter(merchant_id=merchant_id, refund_id=OuterRef("id"))
    noted = Exists(of_refund.filter(kind=Receipt.Kind.REFUND))
    undone = Exists(of_refund.filter(kind=Receipt.Kind.REFUND_FAILED))
    refunds = Refund.objects.filter(
        (Q(state="succeeded") & ~Q(noted)) | (Q(state="failed") & Q(noted) & ~Q(undone)),
        proved,
        merchant_id=merchant_id,
    )
    of_dispute = Receipt.objects.filter(merchant_id=merchant_id, dispute_id=OuterRef("id"))
    noted = Exists(of_dispute.filter(kind=Receipt.Kind.DISPUTE))
    undone = Exists(of_dispute.filter(kind=Receipt.Kind.DISPUTE_WON))
    disputes = Dispute.objects.filter(
        (Q(state="lost") & ~Q(noted)) | (Q(state="won") & Q(noted) & ~Q(undone)),
        proved,
        merchant_id=merchant_id,
    )
    found = set(refunds.values_list("payment_id", flat=True)) | set(
        disputes.values_list("payment_id", flat=True)
    )
    return sorted(found)
