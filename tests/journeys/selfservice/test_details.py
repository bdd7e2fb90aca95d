"""A customer writes who they are, in their own country's form, with and without JavaScript; and what goes wrong."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from paydesk.billing.customers.models import Customer, CustomerDetails
from paydesk.billing.payments.models import Payment
from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.journeys.installation import Installation
from tests.journeys.looks import DESK, PHONE, looks_right
from tests.journeys.portal.customers import sign_in
from tests.journeys.portal.gallery import LONG

pytestmark = pytest.mark.django_db(transaction=True)

LOOKS = [
    ("light", PHONE, "en-GB"),
    ("dark", PHONE, "en-GB"),
    ("light", DESK, "de-DE"),
    ("dark", DESK, "en-GB"),
]


@pytest.fixture
def shop() -> MerchantInSight:
    """A merchant with a pale colour."""
    return builders.merchant(accent_color="#ffe14d")


@pytest.fixture
def ada(shop: MerchantInSight) -> Customer:
    """She has paid once."""
    made = builders.customer(shop)
    paid = builders.payment(builders.order(made, builders.connection(shop)))
    builders.attempt(paid)
    return made


def opened(context: Any, installation: Installation, shop: MerchantInSight, ada: Customer) -> Page:
    """Sign in and follow the menu to her details."""
    page = sign_in(context, installation.portal(shop.slug), shop, ada)
    page.goto(f"{installation.portal(shop.slug)}/details")
    return page


def write_berlin(page: Page) -> None:
    """Choose the country, and fill in the fields that it has."""
    page.get_by_label("Company (optional)").fill("Okafor Töpferei GmbH")
    page.get_by_label("Country").select_option("Germany")
    page.get_by_role("button", name="Show the fields of this country").click()
    page.get_by_label("Street and house number").fill("Torstr. 1\nHinterhaus")
    page.get_by_label("Postal code").fill("10115")
    page.get_by_label("City").fill("Berlin")


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_details_are_written_and_stand_on_the_next_receipt(
    installation: Installation,
    new_context: Any,
    shop: MerchantInSight,
    ada: Customer,
    java_script_enabled: bool,
) -> None:
    context = new_context(java_script_enabled=java_script_enabled)
    page = opened(context, installation, shop, ada)
    write_berlin(page)
    page.get_by_label("Tax ID (optional)").fill("DE136695977")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("One thing to mend")
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Tax ID (optional)")).to_be_focused()
    page.get_by_label("Tax ID (optional)").fill("DE136695976")
    page.get_by_label("Tax ID (optional)").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Your details are saved.")

    page.get_by_role("link", name="Payments", exact=True).click()
    page.get_by_role("main").get_by_role("link", name="Studio membership").first.click()
    page.get_by_role("link", name="Receipt").click()
    expect(page.get_by_role("article")).to_contain_text("Okafor Töpferei GmbH")
    expect(page.get_by_role("article")).to_contain_text("10115 Berlin")
    expect(page.get_by_role("article")).to_contain_text("Tax ID DE136695976")


@pytest.mark.parametrize(("scheme", "size"), [("light", PHONE), ("dark", DESK)])
def test_a_receipt_is_corrected_and_the_old_one_stays(
    installation: Installation,
    new_context: Any,
    shop: MerchantInSight,
    ada: Customer,
    scheme: str,
    size: ViewportSize,
) -> None:
    context = new_context(java_script_enabled=True, color_scheme=scheme, viewport=size)
    page = opened(context, installation, shop, ada)
    paid = Payment.objects.get(merchant_id=shop.id)
    receipt = f"{installation.portal(shop.slug)}/payments/{paid.public_id}/receipt"
    page.goto(receipt)
    page.get_by_role("link", name="Correct whom it is made out to").click()
    expect(page.get_by_role("main")).to_contain_text("Write your company or your address")
    looks_right(page)
    page.get_by_role("main").get_by_role("link", name="Your details").click()
    write_berlin(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Your details are saved.")

    page.goto(receipt)
    page.get_by_role("link", name="Correct whom it is made out to").click()
    looks_right(page)
    page.get_by_role("button", name="Make the corrected receipt").click()
    expect(page.get_by_role("status")).to_have_text("The corrected receipt has number 2.")
    expect(page.get_by_role("article")).to_contain_text("takes the place of receipt 1")
    looks_right(page)
    page.get_by_role("link", name="Receipt 1", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("This receipt was replaced.")
    expect(page.get_by_role("article")).not_to_contain_text("Töpferei")
    looks_right(page)


def test_the_language_that_she_chose_speaks_at_once(
    installation: Installation, new_context: Any, shop: MerchantInSight, ada: Customer
) -> None:
    page = opened(new_context(), installation, shop, ada)
    page.get_by_label("Language").select_option("Deutsch")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihre Angaben")
    expect(page.locator("html")).to_have_attribute("lang", "de")


@pytest.mark.parametrize(("scheme", "size", "locale"), LOOKS)
def test_it_looks_right_empty_filled_refused_and_quarrelled_over(
    installation: Installation,
    new_context: Any,
    shop: MerchantInSight,
    ada: Customer,
    scheme: str,
    size: ViewportSize,
    locale: str,
) -> None:
    context = new_context(color_scheme=scheme, viewport=size, locale=locale)
    page = opened(context, installation, shop, ada)
    looks_right(page)
    page.locator("#name").fill(LONG)
    page.locator("#company").fill(LONG)
    page.locator("#country").select_option("US")
    page.locator("button[value=country]").click()
    looks_right(page)
    page.locator("#postal_code").fill("1")
    page.locator("main .buttons button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    looks_right(page)
    # Meanwhile, in another window.
    CustomerDetails.objects.create(
        merchant_id=shop.id, customer_id=ada.id, company="Elsewhere Ltd", version=1, changed_at=builders.now()
    )
    page.locator("#street").fill("1 Infinite Loop")
    page.locator("#city").fill("Cupertino")
    page.locator("#region").select_option("CA")
    page.locator("#postal_code").fill("95014")
    page.locator("main .buttons button").click()
    expect(page.get_by_role("status")).to_contain_text("Elsewhere Ltd")
    looks_right(page)
    page.locator("main .buttons button").click()
    expect(page.get_by_role("status")).to_be_visible()
    looks_right(page)
