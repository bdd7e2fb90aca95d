"""Every page of payment methods in every state: light and dark, phone and desk, in German, at twice the text size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.journeys.installation import Installation
from tests.journeys.looks import SMALL_PHONE, fits, looks_right, looks_right_everywhere
from tests.journeys.methods.gallery import no_card, one_card, several_accounts, six_cards
from tests.journeys.pages import EachPage
from tests.journeys.portal.customers import sign_in
from tests.journeys.portal.gallery import Shown

pytestmark = pytest.mark.django_db(transaction=True)

LIVES = [six_cards, several_accounts, no_card, one_card]
Build = Callable[[MerchantInSight], Shown]


@pytest.fixture
def shop() -> MerchantInSight:
    """A merchant with a pale colour."""
    return builders.merchant(accent_color="#ffe14d")


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


@pytest.mark.parametrize("build", [six_cards, several_accounts])
def test_text_at_twice_its_size_needs_no_sideways_scrolling(
    shop: MerchantInSight, each_page_enlarged: EachPage, build: Build
) -> None:
    for page in each_page_enlarged(shop, build(shop)):
        fits(page)


def test_pages_are_light_large_enough_to_press_and_ask_nobody_else(
    shop: MerchantInSight, installation: Installation, new_context: Any
) -> None:
    life, portal = six_cards(shop), installation.portal(shop.slug)
    page = sign_in(new_context(), portal, shop, life.who)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in life.paths:
        page.goto(portal + path)
        sent = page.evaluate(
            """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
                .reduce((sum, entry) => sum + entry.encodedBodySize, 0)"""
        )
        assert sent < 60_000, path
        small = page.evaluate(
            """() => [...document.querySelectorAll('.button, .action, .choice, main summary')]
                .filter((one) => one.getClientRects().length && one.getBoundingClientRect().height < 44)
                .map((one) => one.outerHTML.slice(0, 120))"""
        )
        assert small == [], path
    assert [url for url in asked if not url.startswith(installation.url)] == []
