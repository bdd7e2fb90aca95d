"""Ask for another e-mail address, and type the code that it got. Whether anybody has it, no answer tells (T15)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from paydesk.access.codes import code_as_typed
from paydesk.access.new_address.ask import (
    AskingForAddress,
    NewAddressRefused,
    ask_for_new_address,
    open_change,
)
from paydesk.access.new_address.confirm import AddressTaken, confirm_with_code
from paydesk.access.redeem import SignInRefused
from paydesk.kit import clock
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.show import show_page
from paydesk.portal.sign_in.ask import to_proof


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def new_address(request: HttpRequest, at: AtHand) -> HttpResponse:
    """Show the field to who has proved the old address minutes ago, or let a letter go to the new one."""
    now = clock.wall_now()
    if not at.customer.has_just_come_in(now):
        return to_proof(reverse("new_address"))
    typed = request.POST.get("address", "")[:400]
    if request.method != "POST":
        return _page(request, at)
    try:
        ask_for_new_address(
            AskingForAddress(
                merchant_id=at.merchant.id,
                customer_id=at.customer.customer_id,
                session_public_id=at.customer.session_public_id,
                link_minutes=at.merchant.link_minutes,
                old_address=at.customer.address,
                new_address=typed,
            ),
            now=now,
        )
    except NewAddressRefused as refused:
        return _page(request, at, typed=typed, error=str(refused))
    return HttpResponseRedirect(reverse("new_address_code"), status=303)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def new_address_code(request: HttpRequest, at: AtHand) -> HttpResponse:
    """Show the field for the code, or take the new address."""
    now, typed = clock.wall_now(), request.POST.get("code", "")[:40]
    if request.method != "POST":
        return _code_page(request, at)
    code = code_as_typed(typed)
    if code is None:
        return _code_page(request, at, typed=typed, error=_("The code has 8 digits."))
    try:
        confirm_with_code(**at.ids, session_public_id=at.customer.session_public_id, code=code, now=now)
    except SignInRefused as refused:
        return _code_page(request, at, error=str(refused))
    except AddressTaken:
        return _code_page(request, at, error=taken_words())
    return HttpResponseRedirect(reverse("details") + "?address", status=303)


def taken_words() -> str:
    """Say to who has proved the mailbox that it opens another account."""
    return _("This address opens an account of its own already. Nothing was changed.")


def _page(request: HttpRequest, at: AtHand, *, typed: str = "", error: str = "") -> HttpResponse:
    return show_page(
        request,
        "details/new_address.html",
        status=422 if error else 200,
        address=at.customer.address,
        typed=typed,
        error=error,
    )


def _code_page(request: HttpRequest, at: AtHand, *, typed: str = "", error: str = "") -> HttpResponse:
    asked = open_change(**at.ids, session_public_id=at.customer.session_public_id, now=clock.wall_now())
    if asked is None:
        return HttpResponseRedirect(reverse("new_address"), status=303)
    return show_page(
        request,
        "details/new_address_code.html",
        status=422 if error else 200,
        address=asked.new_address,
        typed=typed,
        error=error,
    )
