"""Every page of cancelling: light and dark, on a phone and a desk, in German, from right to left, twice as large."""

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
from tests.journeys.portal.customers import sign_in
from tests.journeys.portal.gallery import Shown
from tests.journeys.selfservice.gallery import canceling, not_allowed
from toolbox.machine import require_chromium

pytestmark = pytest.mark.django_db(transaction=True)

Build = Callable[[MerchantInSight], Shown]


@pytest.fixture
def shop() -> MerchantInSight:
    """A merchant with a pale colour."""
    return builders.merchant(accent_color="#ffe14d")


@pytest.mark.parametrize(
    ("build", "scheme", "size", "locale"),
    [
        (canceling, "light", PHONE, "en-GB"),
        (canceling, "dark", PHONE, "en-GB"),
        (canceling, "light", {"width": 768, "height": 1000}, "de-DE"),
        (canceling, "dark", DESK, "en-GB"),
        (not_allowed, "light", PHONE, "de-DE"),
        (not_allowed, "dark", DESK, "en-GB"),
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


def test_from_right_to_left_and_with_large_text_nothing_sticks_out(
    shop: MerchantInSight, installation: Installation, chrome: Browser
) -> None:
    life, portal = canceling(shop), installation.portal(shop.slug)
    flags = ["--no-sandbox", "--disable-gpu", "--blink-settings=defaultFontSize=32"]
    large = chrome.browser_type.launch(executable_path=require_chromium(), args=flags)
    page = sign_in(large.new_context(viewport=PHONE), portal, shop, life.who)
    for path in life.paths:
        page.goto(portal + path)
        fits(page)
        page.evaluate("document.documentElement.dir = 'rtl'")
        fits(page)
    large.close()


def test_what_is_pressed_is_large_enough_and_none_is_larger(
    shop: MerchantInSight, installation: Installation, new_context: Any
) -> None:
    life, portal = canceling(shop), installation.portal(shop.slug)
    page = sign_in(new_context(viewport=DESK), portal, shop, life.who)
    for path in life.paths:
        page.goto(portal + path)
        sizes = page.evaluate(
            """() => [...document.querySelectorAll('.buttons-equal > *')]
                .map((one) => one.getBoundingClientRect()).map((box) => [Math.round(box.width), box.height])"""
        )
        assert all(height >= 44 for _, height in sizes), path
        assert len({width for width, _ in sizes}) <= 1, path
