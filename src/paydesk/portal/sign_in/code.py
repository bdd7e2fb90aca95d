"""The page after asking: a letter is on its way, and here is the field for its code."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from paydesk.access.codes import code_as_typed, sign_in_with_code
from paydesk.access.redeem import SignInRefused
from paydesk.access.sign_in import request_of_browser
from paydesk.portal.show import show_page
from paydesk.portal.sign_in.arrival import let_in
from paydesk.portal.sign_in.at_the_door import AtTheDoor, at_the_door


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Show the field, or let in who types the right code in the browser that asked."""
    door = at_the_door(request)
    if request.method == "POST":
        return _enter(request, door)
    return _page(request, door)


def _enter(request: HttpRequest, door: AtTheDoor) -> HttpResponse:
    typed = request.POST.get("code", "")
    code = code_as_typed(typed)
    if code is None:
        # What cannot be a code is no try: a slip of the finger costs nothing.
        return _page(request, door, status=422, typed=typed, error=_("The code has 8 digits."))
    try:
        signed_in = sign_in_with_code(
            merchant_id=door.merchant.id,
            browser_secret=door.browser_secret,
            code=code,
            device=door.device,
            now=door.now,
        )
    except SignInRefused as refused:
        return _page(request, door, status=422, error=str(refused))
    return let_in(request, door, signed_in)


def _page(
    request: HttpRequest, door: AtTheDoor, *, status: int = 200, typed: str = "", error: str = ""
) -> HttpResponse:
    asked = request_of_browser(merchant_id=door.merchant.id, browser_secret=door.browser_secret)
    if asked is None or asked.used_at is not None:
        return HttpResponseRedirect(reverse("sign_in"), status=303)
    return show_page(
        request,
        "sign_in/code.html",
        status=status,
        address=asked.address,
        typed=typed,
        error=error,
        is_sent_again="again" in request.GET,
    )
