"""Make the secrets of a sign-in letter, and let in who opens its link.

In the browser that asked, the link is enough. In any other one its code has to be typed beside it: a mail scanner that
opens links and presses buttons types nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from paydesk.access.keys import BROWSER, CODE, LINK, hash_of
from paydesk.access.lifetimes import CODE_TRIES_MAX, is_alive
from paydesk.access.models import AddressSecret, LinkSecret, SignInRequest
from paydesk.access.redeem import SignedIn, SignInRefused, Why, redeem
from paydesk.billing.customers.models import CustomerEmail
from paydesk.database.transactions import in_transaction
from paydesk.kit.secrets import new_code, new_secret, same


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """Who gets the letter: always the address that we have, never the one that was typed (T19)."""

    customer_id: int
    address: str
    language: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkAndCode:
    """What one letter carries. Exists only while the letter is rendered; the tables keep hashes."""

    link_secret: str
    code: str
    code_expires_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkInSight:
    """What the page may say of a link before anything is used up."""

    request_public_id: str
    address: str
    is_asking_browser: bool


def recipient_of(*, merchant_id: int, request_id: int, now: datetime) -> Recipient | None:
    """Give who is to get the letter of a request; None for a stranger, and when it would come too late."""
    request = _open_request(merchant_id, request_id, now)
    if request is None:
        return None
    email = (
        CustomerEmail.objects.filter(merchant_id=merchant_id, normalized=request.address, retired_at=None)
        .select_related("customer")
        .first()
    )
    if email is None:
        return None
    return Recipient(customer_id=email.customer_id, address=email.address, language=email.customer.language)


def make_link_and_code(
    *, merchant_id: int, request_id: int, customer_id: int, now: datetime
) -> LinkAndCode | None:
    """Make a link and a code for a letter that is being rendered; a letter sent again gets further ones.

    Called by the worker. Only keyed hashes are stored. None: the request was used, or is over.
    """
    made = (new_secret(), new_code())

    def step() -> LinkAndCode | None:
        request = _open_request(merchant_id, request_id, now)
        if request is None:
            return None
        SignInRequest.objects.filter(merchant_id=merchant_id, id=request_id).update(customer_id=customer_id)
        kept = LinkSecret.objects.create(
            merchant_id=merchant_id,
            request_id=request_id,
            secret_hash=hash_of(made[0], purpose=LINK),
            code_hash=hash_of(made[1], purpose=CODE),
            created_at=now,
            code_expires_at=request.code_expires_at,
            expires_at=request.expires_at,
        )
        return LinkAndCode(
            link_secret=made[0],
            code=made[1],
            code_expires_at=kept.code_expires_at,
            expires_at=kept.expires_at,
        )

    return in_transaction(step)


def look_at_link(*, merchant_id: int, link_secret: str, browser_secret: str, now: datetime) -> LinkInSight:
    """Say whose link this is, without using anything up. Raises SignInRefused."""
    link = _living_link(merchant_id, link_secret, now)
    return LinkInSight(
        request_public_id=link.request.public_id,
        address=link.request.address,
        is_asking_browser=_is_asking_browser(link, browser_secret),
    )


def sign_in_with_link(
    *, merchant_id: int, link_secret: str, browser_secret: str, code: str, device: str, now: datetime
) -> SignedIn:
    """Sign in by a link: alone in the browser that asked, with its letter's code elsewhere. Raises SignInRefused."""
    link = _living_link(merchant_id, link_secret, now)
    if not _is_asking_browser(link, browser_secret):
        check_code_beside(link, code)
    return redeem(merchant_id=merchant_id, request_id=link.request_id, device=device, now=now)


def _open_request(merchant_id: int, request_id: int, now: datetime) -> SignInRequest | None:
    return SignInRequest.objects.filter(
        merchant_id=merchant_id, id=request_id, used_at=None, expires_at__gt=now
    ).first()


def _living_link(merchant_id: int, link_secret: str, now: datetime) -> LinkSecret:
    link = (
        LinkSecret.objects.filter(merchant_id=merchant_id, secret_hash=hash_of(link_secret, purpose=LINK))
        .select_related("request")
        .first()
    )
    if link is None:
        raise SignInRefused(Why.UNKNOWN)
    if link.request.used_at is not None:
        raise SignInRefused(Why.USED)
    if not is_alive(since=link.created_at, until=link.expires_at, now=now):
        raise SignInRefused(Why.EXPIRED)
    return link


def _is_asking_browser(link: LinkSecret, browser_secret: str) -> bool:
    return bool(browser_secret) and same(
        bytes(link.request.browser_hash), hash_of(browser_secret, purpose=BROWSER)
    )


def count_try(rows: QuerySet[Any]) -> bool:
    """Count a try at one row's code; False when all are used up.

    A committed statement of its own, before anything is compared: so no race gives a sixth.
    """
    return rows.filter(tries_count__lt=CODE_TRIES_MAX).update(tries_count=F("tries_count") + 1) == 1


def check_code_beside(kept: LinkSecret | AddressSecret, code: str) -> None:
    """Check the code that was typed beside a link, which lives as long as that: without it, 256 bits are missing."""
    if not count_try(type(kept).objects.filter(merchant_id=kept.merchant_id, id=kept.id)):
        raise SignInRefused(Why.TRIES_USED_UP)
    if not same(bytes(kept.code_hash), hash_of(code, purpose=CODE)):
        raise SignInRefused(Why.CODE_WRONG)
