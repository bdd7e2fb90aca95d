"""Show one order: where it is, its lines, its payments and what was refunded."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paydesk.kit.clock import local_date
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.orders.words import parcels_of, refund_word
from paydesk.portal.payments.wanted import Asked
from paydesk.portal.reads.one_order import PAYMENTS_MAX, find_order, lines_of, payments_of, refunds_of
from paydesk.portal.reads.shipments import shipments_of
from paydesk.portal.show import show_page


@require_safe
@customer_page
def order(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Show an order of the customer's own."""
    found = find_order(**at.ids, public_id=public_id)
    if found is None:
        raise Http404
    payments = payments_of(**at.ids, order_id=found.id)
    return show_page(
        request,
        "orders/order.html",
        here="history",
        order=found,
        parcels=parcels_of(
            shipments_of(merchant_id=at.merchant.id, order_id=found.id),
            ordered_at=found.ordered_at,
            merchant_name=at.merchant.name,
            today=local_date(at.now, zone=at.merchant.time_zone),
        ),
        lines=lines_of(merchant_id=at.merchant.id, order_id=found.id),
        payments=payments[:PAYMENTS_MAX],
        all_payments=Asked(order=found.public_id).address() if len(payments) > PAYMENTS_MAX else "",
        refunds=refunds_of(**at.ids, order_id=found.id),
        refund_word=refund_word,
    )
