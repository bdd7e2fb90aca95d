"""Every page in every state: readable in light and dark, on a phone and a desk, in German, at twice the text size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.journeys.installation import Installation
from tests.journeys.looks import DESK, SMALL_PHONE, fits, looks_right_everywhere
from tests.journeys.pages import EachPage, open_all
from tests.journeys.portal.customers import sign_in
from tests.journeys.portal.gallery import Shown, all_waiting, full_life, nothing_yet

pytestmark = pytest.mark.django_db(transaction=True)

LIVES = [full_life, nothing_yet, all_waiting]
#: A colour that is unreadable as it is, in either mode.
PALE = "#ffe14d"


@pytest.fixture
def shop() -> MerchantInSight:
    """A merchant with a long name and a pale colour."""
    return builders.merchant(name="Nachtschicht Verlag für außergewöhnliche Bücher GmbH", accent_color=PALE)


@pytest.mark.parametrize("build", LIVES)
def test_every_page_looks_right(
    shop: MerchantInSight,
    installation: Installation,
    new_context: Any,
    build: Callable[[MerchantInSight], Shown],
) -> None:
    life, portal = build(shop), installation.portal(shop.slug)
    page = sign_in(new_context(), portal, shop, life.who)
    for shown in open_all(page, portal, life):
        looks_right_everywhere(shown)
    page.locator("details.menu summary").click()
    looks_right_everywhere(page)


@pytest.mark.parametrize("build", LIVES)
def test_german_words_fit(
    shop: MerchantInSight,
    installation: Installation,
    new_context: Any,
    build: Callable[[MerchantInSight], Shown],
) -> None:
    life, portal = build(shop), installation.portal(shop.slug)
    page = sign_in(new_context(locale="de-DE", viewport=SMALL_PHONE), portal, shop, life.who)
    for shown in open_all(page, portal, life):
        fits(shown)


@pytest.mark.parametrize("build", [full_life, all_waiting])
def test_text_at_twice_its_size_needs_no_sideways_scrolling(
    shop: MerchantInSight,
    each_page_enlarged: EachPage,
    build: Callable[[MerchantInSight], Shown],
) -> None:
    for shown in each_page_enlarged(shop, build(shop)):
        size = shown.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
        assert size == 30
        fits(shown)


def test_what_is_pressed_is_large_enough(
    shop: MerchantInSight, installation: Installation, new_context: Any
) -> None:
    life, portal = full_life(shop), installation.portal(shop.slug)
    page = sign_in(new_context(), portal, shop, life.who)
    for shown in open_all(page, portal, life):
        small = shown.evaluate(
            """() => [...document.querySelectorAll('.button, .words a, summary, .choice, .input, .row-link')]
                .filter((one) => one.getClientRects().length)
                .map((one) => one.matches('.row-link') ? one.closest('.row') : one)
                .filter((one) => one.getBoundingClientRect().height < 44)
                .map((one) => one.outerHTML.slice(0, 120))"""
        )
        assert small == [], shown.url


def test_a_page_is_light_and_asks_nobody_else(
    shop: MerchantInSight, installation: Installation, new_context: Any
) -> None:
    life, portal = full_life(shop), installation.portal(shop.slug)
    page = sign_in(new_context(), portal, shop, life.who)
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    for shown in open_all(page, portal, life):
        sizes = shown.evaluate(
            """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
                .reduce((sum, entry) => sum + entry.encodedBodySize, 0)"""
        )
        assert sizes < 60_000, shown.url
    assert [url for url in asked if not url.startswith(installation.url)] == []
    # The browser speaks up when the content policy is broken, or a file is missing.
    assert [words for words in said if "404" not in words] == []


def test_a_receipt_prints_without_the_frame(
    shop: MerchantInSight, installation: Installation, new_context: Any
) -> None:
    life, portal = full_life(shop), installation.portal(shop.slug)
    page = sign_in(new_context(color_scheme="dark"), portal, shop, life.who)
    page.goto(portal + next(path for path in life.paths if path.endswith("/receipt")))
    page.emulate_media(media="print")
    assert page.get_by_role("navigation").count() == 0
    assert page.locator(".receipt-bar").is_hidden()
    assert page.get_by_role("heading", name="Receipt").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_the_lists_of_all_months_stand_in_line(
    shop: MerchantInSight, installation: Installation, new_context: Any
) -> None:
    life, portal = full_life(shop), installation.portal(shop.slug)
    page = sign_in(new_context(viewport=DESK), portal, shop, life.who)
    page.goto(f"{portal}/payments")
    for column in ("what", "state", "amount"):
        edges = page.locator(f".payment-{column}").evaluate_all(
            "(all, end) => [...new Set(all.map((one) => Math.round(one.getBoundingClientRect()[end])))]",
            "right" if column == "amount" else "left",
        )
        assert len(edges) == 1, f"{column}: {edges}"
