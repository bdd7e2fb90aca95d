"""Every page of cancelling: light and dark, on a phone and a desk, in German, from right to left, twice as large."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import ViewportSize

from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.journeys.looks import DESK, PHONE, TABLET, fits, looks_right, looks_right_everywhere
from tests.journeys.pages import EachPage
from tests.journeys.portal.gallery import Shown
from tests.journeys.selfservice.gallery import canceling, not_allowed

pytestmark = pytest.mark.django_db(transaction=True)

Build = Callable[[MerchantInSight], Shown]


@pytest.fixture
def shop() -> MerchantInSight:
    """A merchant with a pale colour."""
    return builders.merchant(accent_color="#ffe14d")


@pytest.mark.parametrize("build", [canceling, not_allowed])
def test_every_page_looks_right(shop: MerchantInSight, each_page: EachPage, build: Build) -> None:
    for page in each_page(shop, build(shop)):
        looks_right_everywhere(page)


@pytest.mark.parametrize(("build", "size"), [(canceling, TABLET), (not_allowed, PHONE)])
def test_german_looks_right(
    shop: MerchantInSight, each_page: EachPage, build: Build, size: ViewportSize
) -> None:
    for page in each_page(shop, build(shop), viewport=size, locale="de-DE"):
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
