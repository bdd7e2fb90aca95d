"""A browser at the door, with the CSRF check on: it keeps cookies, sends forms with their token, follows nothing."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from paydesk.access.cookies import known_browser_cookie, request_cookie, session_cookie
from paydesk.merchants.find import MerchantInSight
from tests.access.scene import ADA, ReadLetter, post

HOST = "127.0.0.1:8000"


class Browser:
    """One browser at one merchant's portal."""

    def __init__(self, shop: MerchantInSight, **headers: Any) -> None:
        self.shop = shop
        self.prefix = f"/m/{shop.slug}"
        self.client = Client(enforce_csrf_checks=True, **({"HTTP_HOST": HOST} | headers))

    def open(self, path: str, **headers: Any) -> HttpResponse:
        """Open a page."""
        return self.client.get(self.prefix + path, **headers)  # type: ignore[return-value]

    def press(self, path: str, *, headers: Any = None, **fields: str) -> HttpResponse:
        """Send a form of the page that was opened last."""
        token = self.cookie(settings.CSRF_COOKIE_NAME)
        sent = fields | {"csrfmiddlewaretoken": token}
        return self.client.post(self.prefix + path, sent, headers=headers)  # type: ignore[return-value]

    def cookie(self, name: str) -> str:
        """Give a cookie's value, empty when there is none."""
        morsel = self.client.cookies.get(name)
        return morsel.value if morsel else ""

    def ask(self, address: str = ADA, **fields: str) -> HttpResponse:
        """Ask for a letter on the sign-in page."""
        self.open("/sign-in")
        return self.press("/sign-in", address=address, **fields)

    def open_link(self, letter: ReadLetter, **fields: str) -> HttpResponse:
        """Open the link as a person with JavaScript does: the page, then one press."""
        page = self.open("/sign-in/link")
        return self.press("/sign-in/link", key=letter.secret, nonce=nonce_on(page), **fields)

    def sign_in(self, address: str = ADA) -> ReadLetter:
        """Ask, and open the link of the letter."""
        self.ask(address)
        [letter] = post(now())
        assert self.open_link(letter).status_code == 303
        return letter

    @property
    def session(self) -> str:
        return self.cookie(session_cookie(self.shop))

    @property
    def asked(self) -> str:
        return self.cookie(request_cookie(self.shop))

    @property
    def known(self) -> str:
        return self.cookie(known_browser_cookie(self.shop))

    @property
    def is_in(self) -> bool:
        """Say whether the portal lets this browser see a page of its customer."""
        return self.open("/devices").status_code == 200


def now() -> Any:
    """Give the time that the pages go by."""
    from paydesk.kit import clock

    return clock.wall_now()


def nonce_on(page: HttpResponse) -> str:
    """Find the nonce of a confirm page; empty when it has none."""
    found = re.search(r'name="nonce" value="([^"]*)"', page.content.decode())
    return found.group(1) if found else ""
