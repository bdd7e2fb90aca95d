"""Ask to sign in: note who asks in which browser, and let a letter be written.

1. Count the ask against the limit of its network.
2. Count the letter against the limit of its address, or of a browser that has signed in with it before.
3. Note the request and tell the worker. Whether the address is known is never looked up here: a stranger's address
   walks the same path with the same statements (T15).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from paydesk.access.cookies import browser_of
from paydesk.access.keys import BROWSER, LINK, hash_of
from paydesk.access.lifetimes import CODE_LIFETIME, CODE_TRIES_MAX, is_alive
from paydesk.access.limits import ASKS_OF_A_NETWORK, LETTERS_TO_A_KNOWN_BROWSER, LETTERS_TO_AN_ADDRESS, use
from paydesk.access.models import LinkSecret, SignInRequest
from paydesk.billing.customers.addresses import normalized
from paydesk.database.transactions import in_transaction
from paydesk.events.record import record_event
from paydesk.kit.secrets import new_secret


class AskRefused(Exception):
    """This network asked too often. It says nothing about any address."""

    def __init__(self, sentence: str, *, until: datetime) -> None:
        super().__init__(sentence)
        self.until = until


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """Who asks: the address as it was typed, the network, and what the browser brought along."""

    merchant_id: int
    link_minutes: int
    address: str
    network: str
    browser_secret: str = ""
    known_browser: str = ""
    next_path: str = ""


def ask_to_sign_in(asking: Asking, *, now: datetime) -> str:
    """Let a letter go out and give the secret that the asking browser keeps. `now` is wall time. Raises AskRefused."""
    address = normalized(asking.address)
    browser = browser_of(asking.known_browser, merchant_id=asking.merchant_id, address=address)

    def step() -> str:
        if browser is None:
            _count_network(asking, now)
        is_allowed = _count_letter(asking.merchant_id, address, browser, now)
        standing = _standing_request(asking, address, now)
        if standing is None:
            return _new_request(asking, address, is_allowed=is_allowed, now=now)
        if is_allowed:
            _send_again(standing, asking, now)
        return asking.browser_secret

    return in_transaction(step)


def request_of_browser(*, merchant_id: int, browser_secret: str) -> SignInRequest | None:
    """Give the request that was made in this browser, alive or not, or None."""
    if not browser_secret:
        return None
    browser_hash = hash_of(browser_secret, purpose=BROWSER)
    return SignInRequest.objects.filter(merchant_id=merchant_id, browser_hash=browser_hash).first()


def address_to_ask_again(*, merchant_id: int, link_secret: str, browser_secret: str) -> str | None:
    """Give the address for which a new letter may be asked for with one press: whoever holds its letter, or asked."""
    if link_secret:
        letters = LinkSecret.objects.filter(
            merchant_id=merchant_id, secret_hash=hash_of(link_secret, purpose=LINK)
        )
        address = letters.values_list("request__address", flat=True).first()
        if address is not None:
            return str(address)
    request = request_of_browser(merchant_id=merchant_id, browser_secret=browser_secret)
    return request.address if request else None


def _count_network(asking: Asking, now: datetime) -> None:
    until = use(merchant_id=asking.merchant_id, limit=ASKS_OF_A_NETWORK, subject=asking.network, now=now)
    if until is not None:
        raise AskRefused(
            _("Too many letters were asked for from this network. Wait a little, then try again."),
            until=until,
        )


def _count_letter(merchant_id: int, address: str, browser: str | None, now: datetime) -> bool:
    limit, subject = (
        (LETTERS_TO_AN_ADDRESS, address) if browser is None else (LETTERS_TO_A_KNOWN_BROWSER, browser)
    )
    return use(merchant_id=merchant_id, limit=limit, subject=subject, now=now) is None


def _standing_request(asking: Asking, address: str, now: datetime) -> SignInRequest | None:
    """A browser that asks again for the same address keeps its request, so that letters that are out keep working."""
    request = request_of_browser(merchant_id=asking.merchant_id, browser_secret=asking.browser_secret)
    if request is None or request.address != address or request.used_at is not None:
        return None
    if request.tries_count >= CODE_TRIES_MAX or not is_alive(
        since=request.created_at, until=request.expires_at, now=now
    ):
        return None
    return request


def _new_request(asking: Asking, address: str, *, is_allowed: bool, now: datetime) -> str:
    """Beyond the limit the request is noted too, without a letter: the page and its code field look as ever."""
    browser_secret = new_secret()
    request = SignInRequest.objects.create(
        merchant_id=asking.merchant_id,
        address=address,
        browser_hash=hash_of(browser_secret, purpose=BROWSER),
        next_path=asking.next_path,
        created_at=now,
        code_expires_at=_code_end(asking, now),
        expires_at=_link_end(asking, now),
    )
    if is_allowed:
        record_event(
            merchant_id=asking.merchant_id, name="sign_in.asked", subject={"request": request.id}, now=now
        )
    return browser_secret


def _send_again(request: SignInRequest, asking: Asking, now: datetime) -> None:
    """The request lives on for the new letter; the letters before keep their own ends."""
    SignInRequest.objects.filter(merchant_id=request.merchant_id, id=request.id).update(
        code_expires_at=_code_end(asking, now),
        expires_at=_link_end(asking, now),
        next_path=asking.next_path or request.next_path,
    )
    record_event(
        merchant_id=request.merchant_id, name="sign_in.asked", subject={"request": request.id}, now=now
    )


def _code_end(asking: Asking, now: datetime) -> datetime:
    return min(now + CODE_LIFETIME, _link_end(asking, now))


def _link_end(asking: Asking, now: datetime) -> datetime:
    return now + timedelta(minutes=asking.link_minutes)
