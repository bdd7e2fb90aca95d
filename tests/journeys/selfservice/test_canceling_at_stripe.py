"""At Stripe it ends with the period that is paid, and goes on there after all: Stripe's own books say so."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looks import looks_right
from tests.journeys.plans.steps import choose
from tests.journeys.stripe.books import Books
from tests.journeys.stripe.steps import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_ends_with_the_period_and_goes_on_after_all(page: Page, books: Books) -> None:
    sign_in(page, books)
    page.goto(f"{books.portal}/subscriptions")
    page.get_by_role("main").locator(".agreement a").first.click()
    choose(page, "Cancel")
    looks_right(page)
    page.get_by_role("button", name="Cancel on").click()
    expect(page.get_by_role("status")).to_contain_text("It ends on")
    looks_right(page)
    assert at_stripe(books)["cancel_at_period_end"] is True
    choose(page, "Keep it after all")
    page.get_by_role("button", name="Keep it after all").click()
    expect(page.get_by_role("status")).to_contain_text("It is not cancelled any more")
    assert at_stripe(books)["cancel_at_period_end"] is False
    choose(page, "Cancel")
    page.get_by_role("button", name="Cancel now").click()
    expect(page.get_by_role("status")).to_contain_text("It has ended.")
    assert at_stripe(books)["status"] == "canceled"


def at_stripe(books: Books) -> dict[str, object]:
    """Ask Stripe how it stands."""
    [subscription] = books.stripe.client.v1.subscriptions.list({"status": "all"}).data
    return subscription.to_dict()
