"""The cookies of access, one set a merchant, `__Host-` everywhere but on http on loopback: their names and values.

Besides the session and the request there is the mark of a browser in which an address has signed in before. It opens
nothing: it only gives that browser an allowance of letters of its own while strangers use up the address's (T16).
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse

from paydesk.access.keys import KNOWN_BROWSER, hash_of
from paydesk.kit.secrets import new_secret, same
from paydesk.merchants.find import MerchantInSight


def session_cookie(merchant: MerchantInSight) -> str:
    """Name the cookie that carries a session; the merchant's id keeps two portals on one host apart (T20)."""
    return f"{settings.COOKIE_PREFIX}paydesk-{merchant.uuid.hex}"


def request_cookie(merchant: MerchantInSight) -> str:
    """Name the cookie that ties a request to sign in to the browser that asked."""
    return f"{session_cookie(merchant)}-asked"


def known_browser_cookie(merchant: MerchantInSight) -> str:
    """Name the cookie of a browser in which somebody has signed in before."""
    return f"{session_cookie(merchant)}-known"


def put_cookie(response: HttpResponse, name: str, value: str, *, lifetime: timedelta) -> None:
    """Set a cookie that no script reads. Lax, since people come from their mail and back from their bank."""
    response.set_cookie(
        name, value, max_age=lifetime, path="/", secure=settings.IS_HTTPS, httponly=True, samesite="Lax"
    )


def drop_cookie(response: HttpResponse, name: str) -> None:
    """Take a cookie away. A `__Host-` cookie is dropped only by one that is Secure itself."""
    response.set_cookie(
        name, "", max_age=0, path="/", secure=settings.IS_HTTPS, httponly=True, samesite="Lax"
    )


def new_mark(*, merchant_id: int, address: str) -> str:
    """Make the mark that a browser keeps once somebody has signed in there with this normalised address."""
    browser = new_secret()
    return f"{browser}.{_proof(merchant_id, address, browser)}"


def browser_of(mark: str, *, merchant_id: int, address: str) -> str | None:
    """Give the browser's name if the mark is ours and was made for this address, else None."""
    browser, _, proof = mark.partition(".")
    if not same(proof.encode(), _proof(merchant_id, address, browser).encode()):
        return None
    return browser


def _proof(merchant_id: int, address: str, browser: str) -> str:
    return hash_of(f"{merchant_id}|{address}|{browser}", purpose=KNOWN_BROWSER).hex()
