"""Write the notes that are due and that nobody has asked for yet: a merchant's books are complete without a visit."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from paydesk.billing.receipts.issue import issue_receipt
from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.notes import BACKS, Back
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
    return sorted({payment_id for back in BACKS for payment_id in _without_note(back, merchant_id)})


def _without_note(back: Back, merchant_id: int) -> Iterator[int]:
    proved = Exists(Receipt.objects.filter(merchant_id=merchant_id, payment_id=OuterRef("payment_id")))
    about = Receipt.objects.filter(merchant_id=merchant_id, **{back.key: OuterRef("id")})
    noted, undone = Exists(about.filter(kind=back.kind)), Exists(about.filter(kind=back.undone_kind))
    found = back.rows.objects.filter(
        (Q(state=back.arrived) & ~Q(noted)) | (Q(state=back.undone) & Q(noted) & ~Q(undone)),
        proved,
        merchant_id=merchant_id,
    )
    yield from found.values_list("payment_id", flat=True)
