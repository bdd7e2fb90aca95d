"""List a customer's orders, each with where it is; find one by its number."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paydesk.kit.pages import Cursor
from paydesk.portal.addresses import url
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.orders.words import shipment_word
from paydesk.portal.payments.wanted import cursor_of, read_words
from paydesk.portal.reads.orders import OrdersPage, orders_page, search_orders
from paydesk.portal.show import show_page


@require_safe
@customer_page
def orders(request: HttpRequest, at: AtHand) -> HttpResponse:
    """Show a page of them, or what a search finds."""
    words = read_words(request.GET)
    found = (
        search_orders(**at.ids, words=words)
        if words
        else orders_page(
            **at.ids, after=cursor_of(request.GET, "after"), before=cursor_of(request.GET, "before")
        )
    )
    return show_page(
        request,
        "orders/list.html",
        here="history",
        words=words,
        found=found,
        shipment_word=shipment_word,
        newer=_beside(found, "before") if found.has_newer else "",
        older=_beside(found, "after") if found.has_older else "",
    )


def _beside(found: OrdersPage, way: str) -> str:
    if not found.orders:
        return ""
    edge = found.orders[0 if way == "before" else -1]
    cursor = Cursor(moment=edge.ordered_at, row_id=edge.id)
    return f"{url('orders')}?{urlencode({way: cursor.text()})}"
