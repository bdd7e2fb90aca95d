"""Bind the press on a confirm page to that page: it named the merchant and the address, in this browser (T10)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.middleware.csrf import get_token

from paydesk.access.keys import PAGE, hash_of
from paydesk.kit.secrets import same

_LIFETIME = timedelta(minutes=15)


def new_nonce(request: HttpRequest, *, request_public_id: str, now: datetime) -> str:
    """Make the nonce of a page that has shown the address of this request to sign in."""
    made_at = int(now.timestamp())
    return f"{made_at}.{_proof(request, request_public_id, made_at)}"


def is_of_this_page(request: HttpRequest, nonce: str, *, request_public_id: str, now: datetime) -> bool:
    """Say whether this browser was shown the confirm page of this request, lately."""
    made_at, _, proof = nonce.partition(".")
    if not (made_at.isascii() and made_at.isdigit() and len(made_at) <= 12):
        return False
    age = int(now.timestamp()) - int(made_at)
    if not 0 <= age <= _LIFETIME.total_seconds():
        return False
    return same(proof.encode(), _proof(request, request_public_id, int(made_at)).encode())


def _proof(request: HttpRequest, request_public_id: str, made_at: int) -> str:
    """The secret of the CSRF cookie stands for the browser."""
    get_token(request)
    browser = request.META["CSRF_COOKIE"]
    return hash_of(f"{browser}|{request_public_id}|{made_at}", purpose=PAGE).hex()
