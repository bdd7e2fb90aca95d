"""Open the pages of somebody's portal one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from playwright.sync_api import BrowserContext, Page

from paydesk.merchants.find import MerchantInSight
from tests.journeys.installation import Installation
from tests.journeys.portal.customers import sign_in
from tests.journeys.portal.gallery import Shown


class EachPage(Protocol):
    """Opens each page of a life in turn, in a browser that is made with these options."""

    def __call__(self, shop: MerchantInSight, life: Shown, /, **options: Any) -> Iterator[Page]:
        """Give the browser's page once a page of the portal."""


def open_each(
    context: BrowserContext, installation: Installation, shop: MerchantInSight, life: Shown
) -> Iterator[Page]:
    """Sign in, and open one page after the other."""
    portal = installation.portal(shop.slug)
    yield from open_all(sign_in(context, portal, shop, life.who), portal, life)


def open_all(page: Page, portal: str, life: Shown) -> Iterator[Page]:
    """Open each page in turn, in a browser that is signed in."""
    for path in life.paths:
        page.goto(portal + path)
        yield page
