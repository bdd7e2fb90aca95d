"""Say why a card was not saved, and offer the step that helps."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from paydesk.billing.payment_methods.models import MethodSetup
from paydesk.portal.methods.choice import Asked
from paydesk.portal.setups.begin import way_back
from paydesk.portal.show import show_page


def stopped(
    request: HttpRequest,
    setup: MethodSetup,
    words: str,
    *,
    status: int,
    again: str = "",
    pressed: Asked | None = None,
) -> HttpResponse:
    """Offer to go on at `again` with what was `pressed`, or else to begin anew. Without `words` no card was entered."""
    # What a company's gateway says comes untranslated; an empty text must stay one.
    words = gettext(words) if words else ""
    return show_page(
        request,
        "setups/stopped.html",
        status=status,
        here="methods",
        words=words,
        again=again,
        pressed=pressed,
        begin=_begin(setup),
        account=setup.gateway_customer.public_id,
        replaces=setup.replaces.public_id if setup.replaces and not setup.replaces.removed_at else "",
        back=way_back(setup.payment_public_id, setup.subscription_public_id),
    )


def _begin(setup: MethodSetup) -> str:
    """Give the address whose POST begins a set-up like this one."""
    if setup.payment_public_id:
        return reverse("payment_card", args=[setup.payment_public_id])
    if setup.subscription_public_id:
        return reverse("subscription_elsewhere_card", args=[setup.subscription_public_id])
    return reverse("method_add")
