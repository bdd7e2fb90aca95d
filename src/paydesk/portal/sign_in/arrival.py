"""Let a customer in: a new session in a new cookie, the old one of this browser ended, and on to where they wanted."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token

from paydesk.access.cookies import (
    drop_cookie,
    known_browser_cookie,
    new_mark,
    put_cookie,
    request_cookie,
    session_cookie,
)
from paydesk.access.lifetimes import KNOWN_BROWSER_LIFETIME, SESSION_LIFETIME
from paydesk.access.new_address.ask import carry_over
from paydesk.access.redeem import SignedIn
from paydesk.access.sessions import end_session
from paydesk.access.visitor import visitor
from paydesk.portal.sign_in.at_the_door import AtTheDoor
from paydesk.portal.sign_in.next_paths import followed


def let_in(request: HttpRequest, door: AtTheDoor, signed_in: SignedIn) -> HttpResponse:
    """Answer with the redirect that carries the session."""
    before = visitor(request)
    if before is not None and before.carrier == "cookie":
        end_session(
            merchant_id=door.merchant.id,
            customer_id=before.customer_id,
            public_id=before.session_public_id,
            now=door.now,
        )
        # Only what is the customer's own: another who comes in here has none of it.
        carry_over(
            merchant_id=door.merchant.id,
            customer_id=before.customer_id,
            before=before.session_public_id,
            after=signed_in.session.public_id,
        )
    rotate_token(request)
    response = HttpResponseRedirect(followed(signed_in.next_path), status=303)
    put_cookie(response, session_cookie(door.merchant), signed_in.session.token, lifetime=SESSION_LIFETIME)
    mark = new_mark(merchant_id=door.merchant.id, address=signed_in.address)
    put_cookie(response, known_browser_cookie(door.merchant), mark, lifetime=KNOWN_BROWSER_LIFETIME)
    drop_cookie(response, request_cookie(door.merchant))
    return response
