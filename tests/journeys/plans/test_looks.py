"""Every page of the desk: light and dark, on a phone and a desk, in German, from right to left, twice as large."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, ViewportSize

from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.installation import Installation
from tests.journeys.looks import fits, looks_right
from tests.journeys.plans.gallery import changing, nothing_comes, one_plan, paying_ahead, three_currencies
from tests.journeys.portal.customers import sign_in
from tests.journeys.portal.gallery import Shown
from toolbox.machine import require_chromium

pytestmark = pytest.mark.django_db(transaction=True)

CROWDED = [three_currencies, paying_ahead, changing]
LIVES = [*CROWDED, one_plan, nothing_comes]
Build = Callable[[MerchantInSight], Shown]


@pytest.fixture
def shop() -> MerchantInSight:
    """A merchant with a pale colour."""
    return builders.merchant(accent_color="#ffe14d")


@pytest.mark.parametrize(
    ("build", "scheme", "size", "locale"),
    [
        *((build, "light", PHONE, "en-GB") for build in LIVES),
        *((build, "dark", DESK, "en-GB") for build in LIVES),
        *((build, "light", {"width": 360, "height": 740}, "de-DE") for build in CROWDED),
        (three_currencies, "dark", {"width": 768, "height": 1000}, "en-GB"),
    ],
)
def test_every_page_looks_right(
    shop: MerchantInSight,
    installation: Installation,
    new_context: Any,
    build: Build,
    scheme: str,
    size: ViewportSize,
    locale: str,
) -> None:
    life, portal = build(shop), installation.portal(shop.slug)
    page = sign_in(new_context(viewport=size, color_scheme=scheme, locale=locale), portal, shop, life.who)
    for path in life.paths:
        page.goto(portal + path)
        looks_right(page)


def test_from_right_to_left_nothing_sticks_out(
    shop: MerchantInSight, installation: Installation, new_context: Any
) -> None:
    life, portal = three_currencies(shop), installation.portal(shop.slug)
    page = sign_in(new_context(), portal, shop, life.who)
    for path in life.paths:
        page.goto(portal + path)
        page.evaluate("document.documentElement.dir = 'rtl'")
        fits(page)


@pytest.mark.parametrize("build", CROWDED)
def test_text_at_twice_its_size_needs_no_sideways_scrolling(
    shop: MerchantInSight, installation: Installation, chrome: Browser, build: Build
) -> None:
    life, portal = build(shop), installation.portal(shop.slug)
    flags = ["--no-sandbox", "--disable-gpu", "--blink-settings=defaultFontSize=32"]
    large = chrome.browser_type.launch(executable_path=require_chromium(), args=flags)
    page = sign_in(large.new_context(viewport=PHONE), portal, shop, life.who)
    for path in life.paths:
        page.goto(portal + path)
        fits(page)
    large.close()


def test_pages_are_light_and_large_enough_to_press(
    shop: MerchantInSight, installation: Installation, new_context: Any
) -> None:
    life, portal = three_currencies(shop), installation.portal(shop.slug)
    page = sign_in(new_context(), portal, shop, life.who)
    for path in life.paths:
        page.goto(portal + path)
        sent = page.evaluate(
            """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
                .reduce((sum, entry) => sum + entry.encodedBodySize, 0)"""
        )
        assert sent < 120_000, path
        small = page.evaluate(
            """() => [...document.querySelectorAll('.button, .action, .choice, .offer, .year-month, main summary')]
                .filter((one) => one.getClientRects().length && one.getBoundingClientRect().height < 44)
                .map((one) => one.outerHTML.slice(0, 120))"""
        )
        assert small == [], path
