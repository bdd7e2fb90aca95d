"""Find the statement that an address names; any year without one answers alike."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from paydesk.billing.receipts.snapshot import seller_of
from paydesk.billing.receipts.statements.make import make_statement
from paydesk.billing.receipts.statements.paper import Addressed
from paydesk.portal.door import AtHand
from paydesk.portal.show import show_page


def own_statement(at: AtHand, year: str) -> Addressed | None:
    """Give the customer's own statement, addressed to them; None for what is no year, or one in which nothing moved."""
    wanted = year_of(year)
    if wanted is None:
        return None
    made = make_statement(merchant=at.merchant, customer_id=at.customer.customer_id, year=wanted, now=at.now)
    if made is None:
        return None
    return Addressed(
        statement=made,
        seller=seller_of(at.merchant),
        customer_name=at.customer.customer_name,
        customer_address=at.customer.address,
        made_at=at.now,
    )


def year_of(text: str) -> int | None:
    """Read a year; None for what is none, or one that no calendar of ours reaches."""
    is_year = text.isascii() and text.isdigit() and len(text) == 4 and 1971 <= int(text) <= 9998
    return int(text) if is_year else None


def no_statement(request: HttpRequest) -> HttpResponse:
    """Say that there is none, in the same words for every year and for what is no year."""
    return show_page(request, "statements/none.html", status=404, here="history")
