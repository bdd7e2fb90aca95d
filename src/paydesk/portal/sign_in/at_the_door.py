"""Read from a request what signing in needs to know: the merchant, the browser's cookies, the network, the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest

from paydesk.access.client_address import client_address, network_of
from paydesk.access.cookies import known_browser_cookie, request_cookie
from paydesk.access.sign_in import Asking
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight


@dataclass(frozen=True, kw_only=True, slots=True)
class AtTheDoor:
    """Somebody who is not in yet. `now` is wall time."""

    merchant: MerchantInSight
    browser_secret: str
    known_browser: str
    network: str
    device: str
    now: datetime

    def asking(self, address: str, *, next_path: str) -> Asking:
        """Put what the verb needs together."""
        return Asking(
            merchant_id=self.merchant.id,
            link_minutes=self.merchant.link_minutes,
            address=address,
            network=self.network,
            browser_secret=self.browser_secret,
            known_browser=self.known_browser,
            next_path=next_path,
        )


def at_the_door(request: HttpRequest) -> AtTheDoor:
    """Give who stands there; an address of no merchant has no door."""
    merchant: MerchantInSight | None = getattr(request, "merchant", None)
    if merchant is None:
        raise Http404
    return AtTheDoor(
        merchant=merchant,
        browser_secret=request.COOKIES.get(request_cookie(merchant), ""),
        known_browser=request.COOKIES.get(known_browser_cookie(merchant), ""),
        network=network_of(client_address(request)),
        device=request.headers.get("User-Agent", "")[:200],
        now=clock.wall_now(),
    )
