"""Choose how many of the next payments shall be made at once, each number with its sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from paydesk.billing.arrangements.coming.course import DatedPayment
from paydesk.billing.arrangements.models import Quote
from paydesk.billing.arrangements.quotes import NEXT_MAX, QuoteRefused, next_payments, quote_several
from paydesk.kit import clock
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.quotes.payable import payable_in_order
from paydesk.portal.quotes.views import to_quote
from paydesk.portal.show import show_page
from paydesk.portal.subscriptions.find import ours_or_404

#: One alone is paid on its own page.
LEAST = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class HowMany:
    """A number of payments, what they come to, and the day of the last of them."""

    count: int
    amount_minor: int
    last_day: date


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def several(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Offer the numbers; on the press make a quote and lead to it. Nothing is charged here."""
    agreement = ours_or_404(at, public_id)
    asked, error = request.POST.get("count", ""), ""
    if request.method == "POST":
        try:
            return to_quote(_quote(at, public_id, _number(asked)))
        except QuoteRefused as refused:
            error = str(refused)
    allowed = at.merchant.policies.pay_several and agreement.connection_removed_at is None
    return show_page(
        request,
        "quotes/several.html",
        status=409 if error else 200,
        here="subscriptions",
        agreement=agreement,
        choices=how_many(payable_in_order(at, agreement.id)) if allowed else [],
        chosen=_number(asked) or LEAST,
        error=error,
    )


def how_many(payments: Sequence[DatedPayment]) -> list[HowMany]:
    """Give every number of payments from two on, of the first ones in their order."""
    sums = accumulate(one.amount_minor for one in payments)
    return [
        HowMany(count=count, amount_minor=amount_minor, last_day=one.day)
        for count, (one, amount_minor) in enumerate(zip(payments, sums, strict=True), start=1)
        if LEAST <= count <= NEXT_MAX
    ]


def _quote(at: AtHand, public_id: str, count: int) -> Quote:
    now = clock.wall_now()
    mine: dict[str, Any] = {"merchant": at.merchant, "customer_id": at.customer.customer_id}
    chosen = next_payments(**mine, subscription_public_id=public_id, count=count, now=now)
    return quote_several(**mine, payment_public_ids=[one.public_id for one in chosen], now=now)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else 0
