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
    moves: str = "",
    on_trouble: Callable[[str, int], HttpResponse],
) -> HttpResponse:
    """Begin, and lead to where the card is entered. `on_trouble` shows the page again with words and a status.

    `moves`: an agreement that is to be moved to the card.
    """
    try:
        begun = begin_method_setup(
            merchant=at.merchant,
            customer_id=at.customer.customer_id,
            gateway_customer_id=owner_id,
            payment_public_id=payment,
            replaces_public_id=replaces,
            subscription_public_id=moves,
            return_url_of=lambda setup_id: at.absolute("setup_done", setup_id),
            now=clock.wall_now(),
        )
    except SetupRefused as refused:
        return on_trouble(str(refused), 409)
    except GatewayUnreachable:
        return on_trouble(no_answer(), 502)
    if begun.fields is None:
        return leave(request, begun.page_url, back=way_back(payment, moves))
    return HttpResponseRedirect(reverse("setup", args=[begun.public_id]), status=303)


def leave(request: HttpRequest, address: str, *, back: str) -> HttpResponse:
    """To the company's page by a page of ours: a form's answer may not redirect to another host (form-action)."""
    return show_page(request, "setups/leave.html", here="methods", address=address, back=back)


def way_back(payment: str, moves: str = "") -> str:
    """Give the address that a set-up was begun from. `moves`: the agreement that is to be moved to the method."""
    if moves:
        return reverse("subscription_elsewhere", args=[moves])
    return reverse("payment_pay", args=[payment]) if payment else reverse("methods")
