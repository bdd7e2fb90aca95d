"""Begin to enter a card, at the company's page or in its fields on ours."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from paydesk.billing.payment_methods.set_up import SetupRefused, begin_method_setup
from paydesk.billing.payments.refused import no_answer
from paydesk.gateways.contract import GatewayUnreachable
from paydesk.kit import clock
from paydesk.portal.door import AtHand
from paydesk.portal.show import show_page


def begin_setup(
    request: HttpRequest,
    at: AtHand,
    *,
    owner_id: int | None,
    replaces: str = "",
    payment: str = "",
    on_trouble: Callable[[str, int], HttpResponse],
) -> HttpResponse:
    """Begin, and lead to where the card is entered. `on_trouble` shows the page again with words and a status."""
    try:
        begun = begin_method_setup(
            merchant=at.merchant,
            customer_id=at.customer.customer_id,
            gateway_customer_id=owner_id,
            payment_public_id=payment,
            replaces_public_id=replaces,
            return_url_of=lambda setup_id: at.absolute("setup_done", setup_id),
            now=clock.wall_now(),
        )
    except SetupRefused as refused:
        return on_trouble(str(refused), 409)
    except GatewayUnreachable:
        return on_trouble(no_answer(), 502)
    if begun.fields is None:
        return leave(request, begun.page_url, back=way_back(payment))
    return HttpResponseRedirect(reverse("setup", args=[begun.public_id]), status=303)


def leave(request: HttpRequest, address: str, *, back: str) -> HttpResponse:
    """To the company's page by a page of ours: a form's answer may not redirect to another host (form-action)."""
    return show_page(request, "setups/leave.html", here="methods", address=address, back=back)


def way_back(payment: str) -> str:
    """Give the address that a set-up was begun from."""
    return reverse("payment_pay", args=[payment]) if payment else reverse("methods")
