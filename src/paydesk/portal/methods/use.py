"""Choose what a method on file shall pay."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from paydesk.billing.arrangements.switch_method import SwitchRefused
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.methods.choice import Asked, choice_of, read_asked
from paydesk.portal.methods.find import method_or_404
from paydesk.portal.methods.press import take_press
from paydesk.portal.show import show_page


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def use(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Show what it pays and what it could; on the press change that."""
    found = method_or_404(at, public_id)
    if found is None:
        return HttpResponseRedirect(reverse("methods"), status=303)
    asked = read_asked(request.POST) if request.method == "POST" else None
    error = _nothing_chosen(asked)
    if asked is not None and not error:
        try:
            return take_press(at, method=found[1], asked=asked)
        except SwitchRefused as refused:
            error, found = str(refused), method_or_404(at, public_id) or found
    return show_page(
        request,
        "methods/choose.html",
        status=409 if error else 200,
        here="methods",
        choice=choice_of(*found, is_new=False, asked=asked),
        is_new=False,
        action=request.path,
        error=error,
        now=at.now,
    )


def _nothing_chosen(asked: Asked | None) -> str:
    return _("Choose at least one thing that it shall pay.") if asked and asked.is_empty else ""
