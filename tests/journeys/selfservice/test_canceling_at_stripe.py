"""At Stripe it ends with the period that is paid, and goes on there after all: Stripe's own books say so."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from paydesk.merchants.policies import set_policies
from tests.journeys.harbor import open_subscription, sign_in
from tests.journeys.looks import looks_right
from tests.journeys.plans.steps import choose
from tests.journeys.stripe.books import Books

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_ends_with_the_period_and_goes_on_after_all(page: Page, books: Books) -> None:
    sign_in(page, books.portal)
    open_subscription(page, books.portal)
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


def test_who_stays_for_less_has_a_coupon_there(page: Page, books: Books) -> None:
    given = {"cancel_offers": "too_expensive:discount", "discount_percent": "25", "discount_payments": "2"}
    set_policies(merchant_id=books.merchant_id, given=given)
    sign_in(page, books.portal)
    open_subscription(page, books.portal)
    choose(page, "Cancel")
    page.get_by_label("Why do you cancel?").select_option("It costs too much")
    page.get_by_role("button", name="Cancel on").click()
    expect(page.get_by_role("region", name="Pay less instead?")).to_contain_text("The next 2 payments cost")
    looks_right(page)
    offered = page.get_by_role("button", name="Keep it for").inner_text().removeprefix("Keep it for ")
    page.get_by_role("button", name="Keep it for").click()
    expect(page.get_by_role("status")).to_contain_text("It goes on, and costs less from")
    expect(page.get_by_role("main")).to_contain_text(f"{offered} on ")
    looks_right(page)
    asked: Any = {"status": "all", "expand": ["data.discounts.source.coupon"]}
    [subscription] = books.stripe.client.v1.subscriptions.list(asked).data
    [discount] = subscription.to_dict()["discounts"]
    coupon = discount["source"]["coupon"]
    assert (coupon["percent_off"], coupon["duration_in_months"]) == (25.0, 24)
    assert subscription.to_dict()["cancel_at_period_end"] is False


def at_stripe(books: Books) -> dict[str, object]:
    """Ask Stripe how it stands."""
    [subscription] = books.stripe.client.v1.subscriptions.list({"status": "all"}).data
    return subscription.to_dict()
