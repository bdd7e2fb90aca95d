"""List the payment methods on file, and what each of them pays."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.reads.methods import saved_methods
from paydesk.portal.show import show_page


@require_safe
@customer_page
def methods(request: HttpRequest, at: AtHand) -> HttpResponse:
    """List them; brand, last four and expiry are all that we know."""
    return show_page(request, "methods.html", here="methods", methods=saved_methods(**at.ids), now=at.now)
