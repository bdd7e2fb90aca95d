"""Show the receipt of a paid payment: what was kept when it was issued, word for word."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paydesk.billing.receipts.issue import ReceiptRefused, issue_receipt
from paydesk.kit import clock
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.reads.one_payment import whole_payment
from paydesk.portal.show import show_page


@require_safe
@customer_page
def receipt(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Issue the receipt on the first look, and show the same one ever after."""
    found = whole_payment(**at.ids, public_id=public_id)
    if found is None:
        raise Http404
    try:
        issued = issue_receipt(merchant=at.merchant, payment_id=found.facts.id, now=clock.wall_now())
    except ReceiptRefused as refused:
        return show_page(
            request,
            "receipt_refused.html",
            status=409,
            here="history",
            payment=found.facts,
            words=str(refused),
        )
    paid_at = issued.snapshot["paid_at"]
    return show_page(
        request,
        "receipt.html",
        here="history",
        payment=found.facts,
        receipt=issued,
        said=issued.snapshot,
        paid_at=datetime.fromisoformat(paid_at) if paid_at else None,
        refunds=[refund for refund in found.refunds if refund.state == "succeeded"],
    )
