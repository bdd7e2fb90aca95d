"""A customer of a connected merchant who is signed in: what the journeys of paying begin with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from paydesk.access.cookies import session_cookie
from paydesk.billing.customers.models import Customer
from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.connected import Connected
from tests.journeys.installation import Installation
from tests.journeys.looks import looks_right

PAID = "Paid. Thank you."


@dataclass(frozen=True, kw_only=True)
class Payer:
    """Somebody with a payment of EUR 49.00 that has failed, and the means to open their portal in any browser."""

    clay: Connected
    installation: Installation
    new_context: Callable[..., BrowserContext]

    @property
    def portal(self) -> str:
        """Give the portal's address."""
        return self.installation.portal(self.clay.merchant.slug)

    def page(self, **options: Any) -> Page:
        """Open the overview in a new browser."""
        who = Customer.objects.get(merchant_id=self.clay.merchant.id)
        page = sign_in(self.new_context(**options), self.portal, self.clay.merchant, who)
        page.goto(f"{self.portal}/")
        return page

    def payment_page(self) -> str:
        """Give the address of the payment's page."""
        return f"{self.portal}/payments/{self.clay.payment().public_id}"


def sign_in(context: BrowserContext, portal: str, shop: MerchantInSight, who: Customer) -> Page:
    """Give a browser the cookie of a new session."""
    token = builders.session_token(who)
    context.add_cookies([{"name": session_cookie(shop), "value": token, "url": portal}])
    return context.new_page()


def to_the_pay_page(page: Page) -> None:
    """Follow the alert of the overview."""
    expect(page.get_by_role("heading", level=1)).to_have_text("One payment needs you")
    looks_right(page)
    page.get_by_role("link", name="Pay EUR 49.00 now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pay EUR 49.00")


def press(page: Page) -> None:
    """Press the one button that moves money."""
    page.get_by_role("button", name="Pay EUR 49.00 now").click()
