"""Every page of the desk: light and dark, on a phone and a desk, in German, from right to left, twice as large."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.journeys.looks import SMALL_PHONE, fits, looks_right, looks_right_everywhere
from tests.journeys.pages import EachPage
from tests.journeys.plans.gallery import changing, nothing_comes, one_plan, paying_ahead, three_currencies
from tests.journeys.portal.gallery import Shown

pytestmark = pytest.mark.django_db(transaction=True)

CROWDED = [three_currencies, paying_ahead, changing]
LIVES = [*CROWDED, one_plan, nothing_comes]
Build = Callable[[MerchantInSight], Shown]


@pytest.fixture
def shop() -> MerchantInSight:
    """A merchant with a pale colour."""
    return builders.merchant(accent_color="#ffe14d")


@pytest.mark.parametrize("build", LIVES)
def test_every_page_looks_right(shop: MerchantInSight, each_page: EachPage, build: Build) -> None:
    for page in each_page(shop, build(shop)):
        looks_right_everywhere(page)


@pytest.mark.parametrize("build", CROWDED)
def test_german_on_a_small_phone_looks_right(
    shop: MerchantInSight, each_page: EachPage, build: Build
) -> None:
    for page in each_page(shop, build(shop), viewport=SMALL_PHONE, locale="de-DE"):
        looks_right(page)


def test_from_right_to_left_nothing_sticks_out(shop: MerchantInSight, each_page: EachPage) -> None:
    for page in each_page(shop, three_currencies(shop)):
        page.evaluate("document.documentElement.dir = 'rtl'")
        fits(page)


@pytest.mark.parametrize("build", CROWDED)
def test_text_at_twice_its_size_needs_no_sideways_scrolling(
    shop: MerchantInSight, each_page_enlarged: EachPage, build: Build
) -> None:
    for page in each_page_enlarged(shop, build(shop)):
        fits(page)


def test_pages_are_light_and_large_enough_to_press(shop: MerchantInSight, each_page: EachPage) -> None:
    for page in each_page(shop, three_currencies(shop)):
        sent = page.evaluate(
            """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
                .reduce((sum, entry) => sum + entry.encodedBodySize, 0)"""
        )
        assert sent < 120_000, page.url
        small = page.evaluate(
            """() => [...document.querySelectorAll('.button, .action, .choice, .offer, .year-month, main summary')]
                .filter((one) => one.getClientRects().length && one.getBoundingClientRect().height < 44)
                .map((one) => one.outerHTML.slice(0, 120))"""
        )
        assert small == [], page.url
