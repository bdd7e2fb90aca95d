"""Show the subscriptions and payment plans, and one of them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.reads.agreements import agreements, one_agreement
from paydesk.portal.reads.one_order import find_order, payments_of
from paydesk.portal.show import show_page

_PAYMENTS_SHOWN = 12


@require_safe
@customer_page
def subscriptions(request: HttpRequest, at: AtHand) -> HttpResponse:
    """List what runs, then what is over."""
    mine = agreements(**at.ids)
    return show_page(
        request,
        "subscriptions.html",
        here="subscriptions",
        running=[agreement for agreement in mine if not agreement.is_over],
        over=[agreement for agreement in mine if agreement.is_over],
    )


@require_safe
@customer_page
def subscription(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Show one: what it costs, how it stands, what is next, and its payments."""
    found = one_agreement(**at.ids, public_id=public_id)
    order = find_order(**at.ids, public_id=found.order_public_id) if found else None
    if found is None or order is None:
        raise Http404
    payments = payments_of(**at.ids, order_id=order.id)
    return show_page(
        request,
        "subscription.html",
        here="subscriptions",
        agreement=found,
        order=order,
        payments=payments[:_PAYMENTS_SHOWN],
        has_more=len(payments) > _PAYMENTS_SHOWN,
        now=at.now,
    )
