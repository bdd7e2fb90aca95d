"""The pages that the letters' links open: take a new address, or take its change back. Looking changes nothing.

The secret stands in the fragment, which no browser sends, so a script moves it into the form; without one the whole
link is pasted. Outside the session that asked, the customer signs in first and types the letter's code as well.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from paydesk.access.codes import code_as_typed
from paydesk.access.models import AddressChange
from paydesk.access.new_address.confirm import (
    AddressTaken,
    SignInFirst,
    confirm_with_link,
    look_at_change,
)
from paydesk.access.new_address.undo import look_at_undo, undo_new_address
from paydesk.access.redeem import SignInRefused, Why
from paydesk.access.visitor import become, visitor
from paydesk.portal.details.new_address import taken_words
from paydesk.portal.show import show_page
from paydesk.portal.sign_in.at_the_door import AtTheDoor, at_the_door
from paydesk.portal.sign_in.masks import masked

_STATUS = {Why.UNKNOWN: 404, Why.USED: 410, Why.EXPIRED: 410}


@require_http_methods(["GET", "HEAD", "POST"])
def new_address_link(request: HttpRequest) -> HttpResponse:
    """Show whose address would become which, and on the press take it."""
    door = at_the_door(request)
    if request.method != "POST":
        return show_page(request, "details/link.html", what="new_address_link", title=_title_of_link())
    try:
        return _link(request, door, _secret(request))
    except SignInFirst as first:
        return _sign_in_first(request, first.old_address)
    except SignInRefused as refused:
        return _refused(request, refused)


@require_http_methods(["GET", "HEAD", "POST"])
def new_address_undo(request: HttpRequest) -> HttpResponse:
    """Show what would be taken back, and on the press take it back."""
    door = at_the_door(request)
    if request.method != "POST":
        return show_page(request, "details/link.html", what="new_address_undo", title=_title_of_undo())
    try:
        return _undo(request, door, _secret(request))
    except SignInRefused as refused:
        return _refused(request, refused)


def _link(request: HttpRequest, door: AtTheDoor, secret: str) -> HttpResponse:
    who = visitor(request)
    session, customer_id = (who.session_public_id, who.customer_id) if who else ("", None)
    seen = look_at_change(
        merchant_id=door.merchant.id,
        link_secret=secret,
        customer_id=customer_id,
        session_public_id=session,
        now=door.now,
    )
    if not request.POST.get("act"):
        return _confirm(request, secret, seen.old_address, seen.new_address, needs_code=seen.needs_code)
    code, error = _code(request, is_needed=seen.needs_code), ""
    try:
        if code is not None:
            change = confirm_with_link(
                merchant_id=door.merchant.id,
                link_secret=secret,
                customer_id=customer_id,
                session_public_id=session,
                code=code,
                now=door.now,
            )
            if seen.needs_code:
                # Of all sessions, the one that asked alone goes on.
                become(request, None)
            return _done(request, change, is_undone=False)
    except SignInRefused as refused:
        if refused.why in _STATUS:
            raise
        error = str(refused)
    except AddressTaken:
        error = taken_words()
    return _confirm(
        request,
        secret,
        seen.old_address,
        seen.new_address,
        needs_code=seen.needs_code,
        error=error or _("The code has 8 digits."),
    )


def _undo(request: HttpRequest, door: AtTheDoor, secret: str) -> HttpResponse:
    seen = look_at_undo(merchant_id=door.merchant.id, link_secret=secret, now=door.now)
    if not request.POST.get("act"):
        return _confirm(request, secret, seen.old_address, seen.new_address, is_undo=True)
    code, error = _code(request, is_needed=True), _("The code has 8 digits.")
    try:
        if code is not None:
            change = undo_new_address(
                merchant_id=door.merchant.id, link_secret=secret, code=code, now=door.now
            )
            become(request, None)
            return _done(request, change, is_undone=True)
    except SignInRefused as refused:
        if refused.why in _STATUS:
            raise
        error = str(refused)
    return _confirm(request, secret, seen.old_address, seen.new_address, is_undo=True, error=error)


def _secret(request: HttpRequest) -> str:
    """Take the secret alone, or out of the whole link that was pasted."""
    return request.POST.get("key", "")[:500].strip().rpartition("#")[2]


def _code(request: HttpRequest, *, is_needed: bool) -> str | None:
    return code_as_typed(request.POST.get("code", "")[:40]) if is_needed else ""


def _confirm(
    request: HttpRequest,
    secret: str,
    old: str,
    new: str,
    *,
    needs_code: bool = True,
    is_undo: bool = False,
    error: str = "",
) -> HttpResponse:
    return show_page(
        request,
        "details/link_confirm.html",
        status=422 if error else 200,
        what="new_address_undo" if is_undo else "new_address_link",
        title=_title_of_undo() if is_undo else _title_of_link(),
        is_undo=is_undo,
        key=secret,
        old_address=masked(old),
        new_address=masked(new),
        needs_code=needs_code,
        error=error,
    )


def _done(request: HttpRequest, change: AddressChange, *, is_undone: bool) -> HttpResponse:
    return show_page(
        request,
        "details/link_done.html",
        is_undone=is_undone,
        address=masked(change.old_address if is_undone else change.new_address),
    )


def _sign_in_first(request: HttpRequest, old_address: str) -> HttpResponse:
    return show_page(
        request,
        "refusal.html",
        status=403,
        title=_("Sign in first"),
        words=_(
            "You are not signed in here as %(old)s. Sign in with that address, then open the link in the letter "
            "once more. Or type the code from the letter in the browser in which you asked."
        )
        % {"old": masked(old_address)},
    )


def _refused(request: HttpRequest, refused: SignInRefused) -> HttpResponse:
    words = {
        Why.UNKNOWN: _("This link is not complete. Open it again from the letter."),
        Why.USED: _("This link has been used already."),
        Why.EXPIRED: _(
            "This link no longer works: its time is over, something newer was asked for, "
            "or you signed out where you asked."
        ),
    }[refused.why]
    return show_page(
        request,
        "refusal.html",
        status=_STATUS[refused.why],
        title=_("This link opens nothing"),
        words=words,
    )


def _title_of_link() -> str:
    return _("Use a new e-mail address")


def _title_of_undo() -> str:
    return _("Take back the change of address")
