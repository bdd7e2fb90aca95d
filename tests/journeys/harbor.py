"""Ada, a customer of the merchant "harbor" that the real commands opened: how she comes in, and where she looks."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.letters import letter_to

ADA = "ada@example.com"


def sign_in(page: Page, portal: str, *, greeting: str = "One payment needs you") -> None:
    """Come in by the link of the letter that the worker sends."""
    page.goto(f"{portal}/")
    page.get_by_label("Your e-mail address").fill(ADA)
    page.get_by_role("button", name="Send me a link").click()
    page.goto(letter_to(ADA).link)
    page.get_by_role("button", name="Sign in to Harbor Coffee Roasters").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(greeting)


def open_subscription(page: Page, portal: str) -> None:
    """Go to the first subscription's own page."""
    page.goto(f"{portal}/subscriptions")
    page.get_by_role("main").locator(".agreement a").first.click()
