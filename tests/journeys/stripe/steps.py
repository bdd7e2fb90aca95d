"""What a customer does in Stripe's own card fields."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def fields_are_there(page: Page) -> None:
    """Stripe's element has loaded when its number field is there."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your card")
    expect(page.get_by_placeholder("number", exact=True)).to_be_visible()


def enter_card(page: Page, number: str, *, button: str = "Save this card") -> None:
    """Fill in the element and press."""
    for name, value in {"number": number, "exp_month": "12", "exp_year": "34", "cvc": "123"}.items():
        page.get_by_placeholder(name, exact=True).fill(value)
    page.get_by_role("button", name=button).click(no_wait_after=True)
