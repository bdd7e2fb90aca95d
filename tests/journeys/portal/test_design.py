"""Every component in every state, light and dark, at three widths: for whoever changes how the portal looks."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from tests import builders
from tests.journeys.installation import Installation
from tests.journeys.looks import looks_right

pytestmark = pytest.mark.django_db(transaction=True)

#: Dark and light ground, as the browser computes it.
DARK_BELOW = 0.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 768, 1280])
def test_all_components_look_right(
    installation: Installation, new_context: Any, scheme: str, width: int
) -> None:
    shop = builders.merchant(accent_color="#ffe14d")
    other = {"light": "dark", "dark": "light"}[scheme]
    page = new_context(viewport={"width": width, "height": 900}, color_scheme=other).new_page()
    page.goto(f"{installation.portal(shop.slug)}/design/pieces/{scheme}")
    looks_right(page)
    paper = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--paper')")
    lightness = float(paper.removeprefix("oklch(").partition("%")[0]) / 100
    assert (lightness < DARK_BELOW) == (scheme == "dark"), "the page's scheme, not the browser's"


def test_a_list_of_payments_has_room_for_every_language(installation: Installation, new_context: Any) -> None:
    shop = builders.merchant()
    for locale in ("ar", "de", "es", "fr"):
        page = new_context(viewport={"width": 1280, "height": 900}, locale=locale).new_page()
        page.goto(f"{installation.portal(shop.slug)}/design/pieces/light")
        overlapping = page.evaluate(
            """() => [...document.querySelectorAll('.payment-row')].filter((row) => {
                const boxes = [...row.children].map((one) => {
                    const range = document.createRange();
                    range.selectNodeContents(one);
                    return range.getBoundingClientRect();
                });
                return boxes.some((a, i) => boxes.slice(i + 1).some((b) =>
                    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1));
            }).map((row) => row.innerText)"""
        )
        assert overlapping == [], locale


def test_it_frames_them_six_times(installation: Installation, new_context: Any) -> None:
    shop = builders.merchant()
    page = new_context(viewport={"width": 1400, "height": 1000}).new_page()
    page.goto(f"{installation.portal(shop.slug)}/design")
    assert page.locator("iframe").count() == 6
    expect(page.frame_locator("iframe").first.get_by_role("heading", name="Components")).to_be_visible()


def test_no_customer_meets_it(settings: Settings) -> None:
    settings.IS_LOOPBACK = False
    shop = builders.merchant()
    for path in ("/design", "/design/pieces/light", "/design/light.css"):
        assert Client().get(f"/m/{shop.slug}{path}").status_code == 404
