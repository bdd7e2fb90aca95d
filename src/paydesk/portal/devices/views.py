"""Where a customer is signed in: list the devices, end any of them, sign out."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paydesk.access.cookies import drop_cookie, session_cookie
from paydesk.access.sessions import end_other_sessions, end_session, list_sessions
from paydesk.access.visitor import become
from paydesk.kit import clock
from paydesk.portal.devices.names import device_name
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.show import show_page


@require_safe
@customer_page
def devices(request: HttpRequest, at_hand: AtHand) -> HttpResponse:
    """List the sessions that would still open the portal, this one first."""
    rows = [
        {
            "session": session,
            "name": device_name(session.device),
            "is_this": _is_this(at_hand, session.public_id),
        }
        for session in list_sessions(**at_hand.ids, now=clock.wall_now())
    ]
    rows.sort(key=lambda row: not row["is_this"])
    return show_page(request, "devices/devices.html", rows=rows)


@require_POST
@customer_page
def end_device(request: HttpRequest, at_hand: AtHand, session_id: str) -> HttpResponse:
    """End one session; ending this one is signing out."""
    if _is_this(at_hand, session_id):
        return _leave(request, at_hand)
    if not end_session(**at_hand.ids, public_id=session_id, now=clock.wall_now()):
        raise Http404
    return HttpResponseRedirect(reverse("devices"), status=303)


@require_POST
@customer_page
def end_other_devices(request: HttpRequest, at_hand: AtHand) -> HttpResponse:
    """End every session but this one."""
    kept = at_hand.customer.session_public_id
    end_other_sessions(**at_hand.ids, kept_public_id=kept, now=clock.wall_now())
    return HttpResponseRedirect(reverse("devices"), status=303)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def sign_out(request: HttpRequest, at_hand: AtHand) -> HttpResponse:
    """Ask first when somebody comes by a link: looking at a page ends nothing."""
    if request.method == "POST":
        return _leave(request, at_hand)
    return show_page(request, "devices/sign_out.html")


def _leave(request: HttpRequest, at_hand: AtHand) -> HttpResponse:
    public_id = at_hand.customer.session_public_id
    end_session(**at_hand.ids, public_id=public_id, now=clock.wall_now())
    become(request, None)
    response = show_page(request, "devices/signed_out.html")
    drop_cookie(response, session_cookie(at_hand.merchant))
    # What the browser still holds of these pages goes, too: the arrow back shows nothing of the customer's.
    response["Clear-Site-Data"] = '"cache"'
    return response


def _is_this(at_hand: AtHand, public_id: str) -> bool:
    return public_id == at_hand.customer.session_public_id
