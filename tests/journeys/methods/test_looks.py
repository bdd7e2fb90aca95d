"""Every page of payment methods in every state: light and dark, phone and desk, in German, at twice the text size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import ViewportSize

from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.installation import Installation
from tests.journeys.looks import fits, looks_right
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
@pytest.mark.parametrize(
    ("scheme", "size", "locale"),
    [
        ("light", PHONE, "en-GB"),
        ("dark", PHONE, "en-GB"),
        ("light", {"width": 768, "height": 1000}, "en-GB"),
        ("dark", DESK, "en-GB"),
        ("light", {"width": 360, "height": 740}, "de-DE"),
    ],
    ids=["phone", "phone in the dark", "tablet", "desk in the dark", "German on a small phone"],
)
def test_every_page_looks_right(
    shop: MerchantInSight,
    each_page: EachPage,
    build: Build,
    scheme: str,
    size: ViewportSize,
    locale: str,
) -> None:
    for page in each_page(shop, build(shop), viewport=size, color_scheme=scheme, locale=locale):
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
