"""Every page of cancelling: light and dark, on a phone and a desk, in German, from right to left, twice as large."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import ViewportSize

from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.looks import fits, looks_right
from tests.journeys.pages import EachPage
from tests.journeys.portal.gallery import Shown
from tests.journeys.selfservice.gallery import canceling, not_allowed

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
    each_page: EachPage,
    build: Build,
    scheme: str,
    size: ViewportSize,
    locale: str,
) -> None:
    for page in each_page(shop, build(shop), viewport=size, color_scheme=scheme, locale=locale):
        looks_right(page)


def test_from_right_to_left_and_with_large_text_nothing_sticks_out(
    shop: MerchantInSight, each_page_enlarged: EachPage
) -> None:
    for page in each_page_enlarged(shop, canceling(shop)):
        fits(page)
        page.evaluate("document.documentElement.dir = 'rtl'")
        fits(page)


def test_what_is_pressed_is_large_enough_and_none_is_larger(
    shop: MerchantInSight, each_page: EachPage
) -> None:
    for page in each_page(shop, canceling(shop), viewport=DESK):
        sizes = page.evaluate(
            """() => [...document.querySelectorAll('.buttons-equal > *')]
                .map((one) => one.getBoundingClientRect()).map((box) => [Math.round(box.width), box.height])"""
        )
        assert all(height >= 44 for _, height in sizes), page.url
        assert len({width for width, _ in sizes}) <= 1, page.url


def test_who_asks_for_less_motion_sees_nothing_move(shop: MerchantInSight, each_page: EachPage) -> None:
    moving = """() => [...document.querySelectorAll('*')].flatMap((one) => ['', '::before', '::after']
        .map((part) => getComputedStyle(one, part))
        .filter((style) => style.animationName !== 'none'
            || style.transitionDuration.split(', ').some((long) => parseFloat(long) > 0)))
        .length"""
    life = canceling(shop)
    moved = [page.evaluate(moving) for page in each_page(shop, life, reduced_motion="no-preference")]
    assert any(moved)
    for page in each_page(shop, life, reduced_motion="reduce"):
        assert page.evaluate(moving) == 0, page.url
