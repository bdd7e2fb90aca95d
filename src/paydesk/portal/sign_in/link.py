"""The page that a letter's link opens. Looking changes nothing; one press in the browser that asked lets in.

The secret stands in the fragment, which no browser sends, so a script moves it into the form. A browser that did not
ask is shown whose link this is and has to type the letter's code as well: a scanner types nothing.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from paydesk.access.codes import code_as_typed
from paydesk.access.lifetimes import is_alive
from paydesk.access.links import LinkInSight, look_at_link, sign_in_with_link
from paydesk.access.redeem import SignInRefused, Why
from paydesk.access.sign_in import request_of_browser
from paydesk.portal.show import show_page
from paydesk.portal.sign_in.arrival import let_in
from paydesk.portal.sign_in.at_the_door import AtTheDoor, at_the_door
from paydesk.portal.sign_in.masks import masked
from paydesk.portal.sign_in.nonces import is_of_this_page, new_nonce

_STATUS = {Why.UNKNOWN: 404, Why.USED: 410, Why.EXPIRED: 410}


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_link(request: HttpRequest) -> HttpResponse:
    """Show the page that reads the fragment, or act on what it sends."""
    door = at_the_door(request)
    if request.method != "POST":
        return _fragment_page(request, door)
    secret = request.POST.get("key", "")
    try:
        link = look_at_link(
            merchant_id=door.merchant.id, link_secret=secret, browser_secret=door.browser_secret, now=door.now
        )
    except SignInRefused as refused:
        return _refused_page(request, secret, refused)
    nonce = request.POST.get("nonce", "")
    if not is_of_this_page(request, nonce, request_public_id=link.request_public_id, now=door.now):
        return _confirm_page(request, door, link, secret)
    return _enter(request, door, link, secret)


def _enter(request: HttpRequest, door: AtTheDoor, link: LinkInSight, secret: str) -> HttpResponse:
    typed = request.POST.get("code", "")
    code = code_as_typed(typed) or ""
    if not link.is_asking_browser and not code:
        return _confirm_page(
            request, door, link, secret, status=422, typed=typed, error=_("The code has 8 digits.")
        )
    try:
        signed_in = sign_in_with_link(
            merchant_id=door.merchant.id,
            link_secret=secret,
            browser_secret=door.browser_secret,
            code=code,
            device=door.device,
            now=door.now,
        )
    except SignInRefused as refused:
        if refused.why in _STATUS:
            return _refused_page(request, secret, refused)
        return _confirm_page(request, door, link, secret, status=422, error=str(refused))
    return let_in(request, door, signed_in)


def _fragment_page(request: HttpRequest, door: AtTheDoor) -> HttpResponse:
    """In the browser that asked we know the address before the secret arrives, so one press is enough."""
    asked = request_of_browser(merchant_id=door.merchant.id, browser_secret=door.browser_secret)
    if asked is not None and (
        asked.used_at is not None
        or not is_alive(since=asked.created_at, until=asked.expires_at, now=door.now)
    ):
        asked = None
    nonce = new_nonce(request, request_public_id=asked.public_id, now=door.now) if asked else ""
    return show_page(
        request, "sign_in/link.html", masked_address=masked(asked.address) if asked else "", nonce=nonce
    )


def _confirm_page(
    request: HttpRequest,
    door: AtTheDoor,
    link: LinkInSight,
    secret: str,
    *,
    status: int = 200,
    typed: str = "",
    error: str = "",
) -> HttpResponse:
    return show_page(
        request,
        "sign_in/confirm.html",
        status=status,
        masked_address=masked(link.address),
        key=secret,
        nonce=new_nonce(request, request_public_id=link.request_public_id, now=door.now),
        needs_code=not link.is_asking_browser,
        typed=typed,
        error=error,
    )


def _refused_page(request: HttpRequest, secret: str, refused: SignInRefused) -> HttpResponse:
    return show_page(
        request,
        "sign_in/refused.html",
        status=_STATUS[refused.why],
        words=str(refused),
        key=secret,
        can_send_again=refused.why != Why.UNKNOWN,
    )
