"""The first page: one field, one button. Whether the address is known, no answer of ours tells (T15)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from paydesk.access.cookies import put_cookie, request_cookie
from paydesk.access.lifetimes import REQUEST_COOKIE_LIFETIME
from paydesk.access.sign_in import AskRefused, address_to_ask_again, ask_to_sign_in
from paydesk.access.visitor import visitor
from paydesk.billing.customers.addresses import looks_like_address, normalized
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.show import show_page
from paydesk.portal.sign_in.at_the_door import AtTheDoor, at_the_door
from paydesk.portal.sign_in.masks import masked
from paydesk.portal.sign_in.next_paths import followed, wanted_path


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the field, or let a letter go out."""
    door = at_the_door(request)
    if request.method == "POST":
        return _ask(request, door)
    if visitor(request) is not None:
        return HttpResponseRedirect(followed(wanted_path(request)), status=303)
    return _page(request)


@require_POST
def ask_again(request: HttpRequest) -> HttpResponse:
    """Send a new letter to the same address with one press: from its old link, or in the browser that asked."""
    door = at_the_door(request)
    address = address_to_ask_again(
        merchant_id=door.merchant.id,
        link_secret=request.POST.get("key", ""),
        browser_secret=door.browser_secret,
    )
    if address is None:
        return HttpResponseRedirect(reverse("sign_in"), status=303)
    return _send(request, door, address, again=True)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def prove(request: HttpRequest, at: AtHand) -> HttpResponse:
    """Before something sensitive: let who is in prove once more that the mailbox is theirs, then go on to `next`."""
    if request.method == "POST" and at.customer.carrier == "cookie":
        return _send(request, at_the_door(request), at.customer.address, again=False)
    return show_page(
        request,
        "sign_in/prove.html",
        masked_address=masked(at.customer.address),
        is_framed=at.customer.carrier != "cookie",
        next=wanted_path(request),
    )


def to_proof(next_path: str) -> HttpResponse:
    """Lead to that page, and from there on to `next_path`."""
    return HttpResponseRedirect(f"{reverse('prove')}?{urlencode({'next': next_path})}", status=303)


def _ask(request: HttpRequest, door: AtTheDoor) -> HttpResponse:
    typed = request.POST.get("address", "").strip()
    if not looks_like_address(normalized(typed)):
        error = _("Type an e-mail address, such as name@example.com.")
        return _page(request, status=422, typed=typed, error=error)
    return _send(request, door, typed, again=False)


def _send(request: HttpRequest, door: AtTheDoor, address: str, *, again: bool) -> HttpResponse:
    try:
        browser_secret = ask_to_sign_in(door.asking(address, next_path=wanted_path(request)), now=door.now)
    except AskRefused as refused:
        response = _page(request, status=429, typed=address, refusal=str(refused), until=refused.until)
        response["Retry-After"] = str(max(1, int((refused.until - door.now).total_seconds())))
        return response
    response = HttpResponseRedirect(reverse("sign_in_code") + ("?again" if again else ""), status=303)
    put_cookie(response, request_cookie(door.merchant), browser_secret, lifetime=REQUEST_COOKIE_LIFETIME)
    return response


def _page(request: HttpRequest, *, status: int = 200, **words: Any) -> HttpResponse:
    given: dict[str, Any] = {
        "typed": "",
        "error": "",
        "refusal": "",
        "until": None,
        "next": wanted_path(request),
    } | words
    return show_page(request, "sign_in/ask.html", status=status, **given)
