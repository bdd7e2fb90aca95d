"""The two sets of books that a journey at PayPal's vault compares, and what Ada does."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page, expect

from paydesk.billing.payments.models import Payment
from tests.journeys.installation import Installation
from tests.journeys.paypal.books import entered
from tests.paypal_account import PayPalAccount


@dataclass(frozen=True, kw_only=True)
class VaultBooks:
    """One customer of the vault, and what Paydesk knows of her."""

    account: PayPalAccount
    customer: str
    installation: Installation

    @property
    def portal(self) -> str:
        return self.installation.portal("harbor")

    def taken(self) -> dict[str, int]:
        """Give what PayPal has taken, by its own books: captures and minor units."""
        return {one["reference"]: one["minor"] for one in self.account.captured(self.customer)}

    def written(self) -> dict[str, int]:
        """Give what our own books say was taken."""
        return entered()

    def has_failed(self) -> bool:
        """Say whether the worker has tried what is due, with nothing to pay it."""
        return Payment.objects.filter(state=Payment.State.FAILED).exists()

    def owed(self) -> str:
        """Give the public id of what has failed."""
        return Payment.objects.get(state=Payment.State.FAILED).public_id


def fields_are_there(page: Page) -> None:
    """PayPal's fields have loaded when all three frames are there."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your card")
    expect(page.locator("[data-ready]")).to_have_count(1)


def enter_card(page: Page, number: str, *, button: str) -> None:
    """Fill in PayPal's frames and press."""
    for title, value in {"Card number": number, "Expiration date": "12/34", "Security code": "123"}.items():
        page.frame_locator(f"iframe[title='{title}']").locator("input").fill(value)
    page.get_by_role("button", name=button, exact=True).click(no_wait_after=True)
