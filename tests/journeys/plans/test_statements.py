"""The year on one page: found, read, printed and taken along as a PDF; readable everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.payments.models import Attempt
from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.connected import connected
from tests.journeys.installation import Installation
from tests.journeys.looks import DESK, SMALL_PHONE, looks_right, looks_right_everywhere
from tests.journeys.pages import EachPage
from tests.journeys.paper import downloaded, read_paper
from tests.journeys.plans.years import YEAR, full_year, many, nothing_yet, too_long
from tests.journeys.portal.customers import Payer, sign_in
from tests.journeys.portal.gallery import Shown
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

Build = Callable[[MerchantInSight], Shown]
LIVES = [full_year, too_long, nothing_yet, many]


@pytest.fixture
def shop() -> MerchantInSight:
    """A merchant with a pale colour."""
    return builders.merchant(accent_color="#ffe14d")


def open_year(page: Page, portal: str) -> None:
    """Walk to the latest statement as a customer does."""
    page.goto(f"{portal}/payments")
    page.get_by_role("link", name="Yearly statements").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Yearly statements")
    looks_right(page)
    page.get_by_role("main").get_by_role("listitem").get_by_role("link").first.click()


def test_a_customer_finds_the_year_and_takes_it_along(
    simulator: Simulator, installation: Installation, new_context: Any, tmp_path: Path
) -> None:
    payer = Payer(clay=connected(simulator, card="good"), installation=installation, new_context=new_context)
    [attempt] = Attempt.objects.filter(merchant_id=payer.clay.merchant.id)
    payer.clay.account.api("/refunds", key="back", charge=attempt.reference, amount_minor=1000)
    payer.clay.take_over()
    page = payer.page(accept_downloads=True)

    open_year(page, payer.portal)

    looks_right(page)
    for words in (
        "EUR 49.00",
        "Refund: Studio membership",
        "-EUR 10.00",
        "EUR 39.00",
        "This is not an invoice",
    ):
        expect(page.get_by_role("main")).to_contain_text(words)
    name, printed = downloaded(page, "Download PDF")
    assert name.startswith("Clay, TEST Statement 20")
    said = read_paper(printed, tmp_path)
    for words in ("Statement", "EUR 49.00", "EUR 10.00", "EUR 39.00", "Refund: Studio membership"):
        assert words in said
    page.get_by_role("link", name="Studio membership", exact=True).click()
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()


@pytest.mark.parametrize("build", LIVES)
def test_every_page_looks_right(shop: MerchantInSight, each_page: EachPage, build: Build) -> None:
    for page in each_page(shop, build(shop)):
        looks_right_everywhere(page)


@pytest.mark.parametrize("build", LIVES)
def test_german_on_a_small_phone_looks_right(
    shop: MerchantInSight, each_page: EachPage, build: Build
) -> None:
    for page in each_page(shop, build(shop), viewport=SMALL_PHONE, locale="de-DE"):
        looks_right(page)


@pytest.mark.parametrize("build", [full_year, too_long])
def test_text_at_twice_its_size_needs_no_sideways_scrolling(
    shop: MerchantInSight, each_page_enlarged: EachPage, build: Build
) -> None:
    for page in each_page_enlarged(shop, build(shop)):
        looks_right(page)


def test_months_of_a_long_year_open_by_keyboard_and_are_all_open_on_paper(
    shop: MerchantInSight, installation: Installation, new_context: Any
) -> None:
    life, portal = many(shop), installation.portal(shop.slug)
    page = sign_in(new_context(viewport=DESK, color_scheme="dark"), portal, shop, life.who)
    page.goto(f"{portal}/statements/{YEAR}")
    first = page.get_by_role("link", name="Espresso 0", exact=True)
    expect(first).to_be_hidden()
    page.locator("main summary").first.press("Enter")
    expect(first).to_be_visible()
    looks_right(page)

    page.emulate_media(media="print")

    expect(page.get_by_role("link", name="Espresso 300", exact=True)).to_be_visible()
    expect(page.locator(".receipt-bar")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_a_month_is_large_enough_to_press(
    shop: MerchantInSight, installation: Installation, new_context: Any
) -> None:
    life, portal = full_year(shop), installation.portal(shop.slug)
    page = sign_in(new_context(), portal, shop, life.who)
    page.goto(f"{portal}/statements/{YEAR}")
    small = page.evaluate(
        """() => [...document.querySelectorAll('.button, main summary')]
            .filter((one) => one.getClientRects().length && one.getBoundingClientRect().height < 44)
            .map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert small == []
