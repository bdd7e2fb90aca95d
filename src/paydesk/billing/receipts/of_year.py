"""Give every receipt and note of a customer's whose money moved in one year, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from paydesk.billing.payments.models import Dispute, Payment, Refund
from paydesk.billing.receipts.issue import ReceiptRefused, issue_receipt
from paydesk.billing.receipts.models import Receipt
from paydesk.kit.clock import year_bounds
from paydesk.merchants.find import MerchantInSight


@dataclass(frozen=True, kw_only=True, slots=True)
class PapersOfYear:
    """The payments of which something is proved in the year, the first paid first."""

    merchant: MerchantInSight
    year: int
    payment_ids: list[int]

    def papers(self, *, now: datetime) -> Iterator[Receipt]:
        """Give the papers, in the order in which the payments were made; what is missing is issued. `now` is wall time.

        One payment is at hand at a time, so hundreds take no more room than one does.
        """
        since, until = year_bounds(self.year, zone=self.merchant.time_zone)
        for payment_id in self.payment_ids:
            try:
                issued = issue_receipt(merchant=self.merchant, payment_id=payment_id, now=now)
            except ReceiptRefused:
                # It was found a moment ago, and is not paid any more.
                continue
            for paper in (issued.receipt, *issued.notes):
                happened_at = paper.snapshot["happened_at"]
                if happened_at and since <= datetime.fromisoformat(happened_at) < until:
                    yield paper


def papers_of_year(*, merchant: MerchantInSight, customer_id: int, year: int) -> PapersOfYear | None:
    """Find what is proved in a year of the merchant's zone; None when nothing is."""
    since, until = year_bounds(year, zone=merchant.time_zone)
    of_year = {"created_at__gte": since, "created_at__lt": until}
    back: set[int] = set()
    for rows in (Refund, Dispute):
        moved = rows.objects.filter(
            merchant_id=merchant.id,
            payment__merchant_id=merchant.id,
            payment__customer_id=customer_id,
            **of_year,
        )
        back.update(moved.values_list("payment_id", flat=True))
    paid = Payment.objects.filter(
        merchant_id=merchant.id, customer_id=customer_id, state=Payment.State.PAID, amount_minor__gt=0
    ).filter(Q(paid_at__gte=since, paid_at__lt=until) | Q(id__in=back))
    ids = list(paid.order_by("paid_at", "id").values_list("id", flat=True))
    return PapersOfYear(merchant=merchant, year=year, payment_ids=ids) if ids else None
