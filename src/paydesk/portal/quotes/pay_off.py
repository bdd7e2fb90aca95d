"""Ask what all that remains of a payment plan comes to, and lead to the quote."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from paydesk.billing.arrangements.quotes import QuoteRefused, quote_pay_off
from paydesk.kit import clock
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.quotes.views import to_quote
from paydesk.portal.show import show_page
from paydesk.portal.subscriptions.find import ours_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def pay_off(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Make a quote on the press; a GET makes none, and leads to the plan."""
    agreement = ours_or_404(at, public_id)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("subscription", args=[public_id]), status=303)
    try:
        return to_quote(
            quote_pay_off(
                merchant=at.merchant,
                customer_id=at.customer.customer_id,
                subscription_public_id=public_id,
                now=clock.wall_now(),
            )
        )
    except QuoteRefused as refused:
        return show_page(
            request,
            "quotes/refused.html",
            status=409,
            here="subscriptions",
            agreement=agreement,
            words=str(refused),
        )
