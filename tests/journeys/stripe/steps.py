"""What a customer of a merchant at Stripe does: come in by a letter, enter a card in Stripe's own fields."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.letters import letter_to
from tests.journeys.stripe.books import Books

ADA = "ada@example.com"


def sign_in(page: Page, books: Books) -> None:
    """Come in by the link of the letter that the worker sends."""
    page.goto(f"{books.portal}/")
    page.get_by_label("Your e-mail address").fill(ADA)
    page.get_by_role("button", name="Send me a link").click()
    page.goto(letter_to(ADA).link)
    page.get_by_role("button", name="Sign in to Harbor Coffee Roasters").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("One payment needs you")


def fields_are_there(page: Page) -> None:
    """Stripe's element has loaded when its number field is there."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your card")
    expect(page.get_by_placeholder("number", exact=True)).to_be_visible()


def enter_card(page: Page, number: str, *, button: str = "Save this card") -> None:
    """Fill in the element and press."""
    for name, value in {"number": number, "exp_month": "12", "exp_year": "34", "cvc": "123"}.items():
        page.get_by_placeholder(name, exact=True).fill(value)
    page.get_by_role("button", name=button).click(no_wait_after=True)
