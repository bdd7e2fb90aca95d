"""A customer changes their e-mail address: by link, by code without JavaScript, and the old address takes it back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from paydesk.billing.customers.models import Customer
from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.journeys.installation import Installation
from tests.journeys.letters import letter_to
from tests.journeys.looks import DESK, PHONE, looks_right
from tests.journeys.portal.customers import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

OLD, NEW = "ada@example.com", "ada@studio.example"


@pytest.fixture
def shop() -> MerchantInSight:
    """A merchant with a pale colour."""
    return builders.merchant(accent_color="#ffe14d")


@pytest.fixture
def ada(shop: MerchantInSight) -> Customer:
    """She has bought nothing yet."""
    return builders.customer(shop)


def ask(page: Page, portal: str) -> None:
    """Follow the details to the field, slip once, and send the letter."""
    page.goto(f"{portal}/details")
    page.get_by_role("link", name="Change your e-mail address").click()
    looks_right(page)
    page.get_by_label("New e-mail address").fill("ada")
    page.get_by_role("button", name="Send a letter there").click()
    expect(page.get_by_role("main")).to_contain_text("Type an e-mail address")
    looks_right(page)
    page.get_by_label("New e-mail address").fill(NEW)
    page.get_by_role("button", name="Send a letter there").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    looks_right(page)


@pytest.mark.parametrize(("scheme", "size"), [("light", PHONE), ("dark", DESK)])
def test_by_link_in_the_asking_browser_and_back_by_the_old_address(
    installation: Installation,
    new_context: Any,
    shop: MerchantInSight,
    ada: Customer,
    scheme: str,
    size: ViewportSize,
) -> None:
    portal = installation.portal(shop.slug)
    look = {"color_scheme": scheme, "viewport": size}
    page = sign_in(new_context(**look), portal, shop, ada)
    ask(page, portal)
    page.goto(letter_to(NEW).link)
    page.get_by_role("button", name="Use this address").click()
    expect(page.get_by_role("status")).to_contain_text("From now on you sign in with")
    looks_right(page)
    page.get_by_role("link", name="Go to the portal").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")

    told = letter_to(OLD)
    elsewhere = new_context(**look).new_page()
    elsewhere.goto(told.link)
    expect(elsewhere.get_by_label("Code from the letter")).to_be_visible()
    looks_right(elsewhere)
    elsewhere.get_by_role("button", name="Take it back").click()
    expect(elsewhere.get_by_role("main")).to_contain_text("The code has 8 digits.")
    elsewhere.get_by_label("Code from the letter").fill(told.code)
    elsewhere.get_by_role("button", name="Take it back").click()
    expect(elsewhere.get_by_role("status")).to_contain_text("The change was taken back")
    looks_right(elsewhere)
    elsewhere.goto(told.link)
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("This link opens nothing")
    looks_right(elsewhere)
    page.goto(f"{portal}/details")
    assert "/sign-in?" in page.url


def test_without_java_script_by_the_code_and_by_a_pasted_link(
    installation: Installation, new_context: Any, shop: MerchantInSight, ada: Customer
) -> None:
    portal = installation.portal(shop.slug)
    page = sign_in(new_context(java_script_enabled=False), portal, shop, ada)
    page.goto(f"{portal}/details/email")
    page.get_by_label("New e-mail address").fill(NEW)
    page.get_by_role("button", name="Send a letter there").click()
    page.get_by_label("Code from the letter").fill(letter_to(NEW).code)
    page.get_by_role("button", name="Use this address").click()
    expect(page.get_by_role("status")).to_contain_text(f"From now on you sign in with {NEW}")

    told = letter_to(OLD)
    elsewhere = new_context(java_script_enabled=False).new_page()
    elsewhere.goto(told.link)
    elsewhere.get_by_label("Link from the letter").fill(told.link)
    elsewhere.get_by_role("button", name="Go on").click()
    elsewhere.get_by_label("Code from the letter").fill(told.code)
    elsewhere.get_by_role("button", name="Take it back").click()
    expect(elsewhere.get_by_role("status")).to_contain_text("The change was taken back")


def test_on_another_device_the_present_address_comes_in_first(
    installation: Installation, new_context: Any, shop: MerchantInSight, ada: Customer
) -> None:
    portal = installation.portal(shop.slug)
    page = sign_in(new_context(viewport=DESK), portal, shop, ada)
    ask(page, portal)
    letter = letter_to(NEW)
    context = new_context(viewport=PHONE)
    phone = context.new_page()
    phone.goto(letter.link)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Sign in first")
    looks_right(phone)
    expect(phone.get_by_role("link", name="Sign in")).to_be_visible()

    phone = sign_in(context, portal, shop, ada)
    phone.goto(letter.link)
    phone.get_by_label("Code from the letter").fill(letter.code)
    phone.get_by_role("button", name="Use this address").click()

    expect(phone.get_by_role("status")).to_contain_text("From now on you sign in with")
    looks_right(phone)
    phone.get_by_role("link", name="Go to the portal").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.goto(f"{portal}/details")
    expect(page.get_by_role("main")).to_contain_text(NEW)
