"""A customer sees where an order is, from the overview and by its number, in any light and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.billing.orders.parcels import csv_of, parcels
from tests.journeys.installation import Installation
from tests.journeys.looks import SMALL_PHONE, fits, looks_right, looks_right_everywhere
from tests.journeys.pages import EachPage
from tests.journeys.portal.customers import sign_in
from tests.journeys.portal.gallery import Shown
from tests.journeys.selfservice.shopping import every_state, nothing_bought, too_long

pytestmark = pytest.mark.django_db(transaction=True)

LIVES = [every_state, nothing_bought, too_long]
Build = Callable[[MerchantInSight], Shown]


@pytest.fixture
def shop() -> MerchantInSight:
    """A merchant with a pale colour."""
    return builders.merchant(accent_color="#ffe14d")


@pytest.mark.parametrize("with_scripts", [True, False], ids=["with scripts", "without scripts"])
def test_what_staff_import_is_seen_from_the_overview_and_found_by_number(
    installation: Installation, new_context: Any, tmp_path: Path, with_scripts: bool
) -> None:
    scene = parcels()
    ada = scene.first.customer
    assert ada is not None
    file = tmp_path / "parcels.csv"
    file.write_bytes(csv_of(scene.shipped(expected=scene.ago(-2))))
    call_command("import", "--merchant", "clay", "--shipments", str(file))
    portal = installation.portal("clay")
    page = sign_in(new_context(java_script_enabled=with_scripts), portal, scene.merchant, ada)

    page.goto(f"{portal}/")
    under_way = page.get_by_role("region", name="On its way to you")
    expect(under_way).to_contain_text("Shipped")
    under_way.get_by_role("link", name="Kiln").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kiln")
    expect(page.get_by_role("region", name="Where it is")).to_contain_text("Given to DHL.")
    link = page.get_by_role("link", name="Follow it at DHL")
    expect(link).to_have_attribute(
        "href", "https://www.dhl.com/global-en/home/tracking.html?tracking-id=0034"
    )
    expect(link).to_have_attribute("rel", "nofollow noopener noreferrer external")

    file.write_bytes(csv_of(scene.shipped(delivered=scene.ago(0))))
    call_command("import", "--merchant", "clay", "--shipments", str(file))
    page.goto(f"{portal}/")
    expect(page.get_by_role("main")).not_to_contain_text("On its way to you")
    page.goto(f"{portal}/orders")
    page.get_by_role("searchbox").fill("hc 1")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("main").get_by_role("listitem").first).to_contain_text("Delivered")
    page.get_by_role("link", name="Kiln").click()
    expect(page.get_by_role("region", name="Where it is")).to_contain_text("Delivered.")


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


def test_from_right_to_left_and_twice_as_large_nothing_sticks_out(
    shop: MerchantInSight, each_page_enlarged: EachPage
) -> None:
    for page in each_page_enlarged(shop, too_long(shop)):
        fits(page)
        page.evaluate("document.documentElement.dir = 'rtl'")
        fits(page)


def test_what_can_be_pressed_is_large_enough(shop: MerchantInSight, each_page: EachPage) -> None:
    for page in each_page(shop, every_state(shop)):
        small = page.evaluate(
            """() => [...document.querySelectorAll('.button, .parcel a, .pager a, .section-head a')]
                .filter((one) => one.getClientRects().length && one.getBoundingClientRect().height < 44)
                .map((one) => one.outerHTML.slice(0, 120))"""
        )
        assert small == [], page.url
