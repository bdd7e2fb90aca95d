"""A merchant sets its look with one command; a customer meets it on every page, in the letter, and on paper."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from PIL import Image, ImageDraw
from playwright.sync_api import FrameLocator, Locator, Page, Route, ViewportSize, expect

from paydesk.kit.accent import accent_of
from paydesk.merchants.find import MerchantInSight, merchant_by_slug
from tests import builders
from tests.journeys.installation import Installation
from tests.journeys.letters import letter_to
from tests.journeys.looks import DESK, PHONE, looks_right
from tests.journeys.portal.customers import sign_in
from tests.journeys.portal.gallery import full_life

pytestmark = pytest.mark.django_db(transaction=True)

TABLET: ViewportSize = {"width": 768, "height": 1024}
LONG_NAME = "Nachtschicht Verlag für außergewöhnliche und schöne Bücher eG"
YELLOW = "#ffee00"
NAVY = (11, 37, 69, 255)
WHITE = (255, 255, 255, 255)


def drawn(folder: Path, size: tuple[int, int], color: tuple[int, ...]) -> str:
    """Draw a logo of bars without a ground."""
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    for left in range(0, size[0], 40):
        ImageDraw.Draw(image).rectangle((left, 0, left + 20, size[1]), fill=color)
    file = folder / f"{size[0]}x{size[1]}-{color[0]}.png"
    image.save(file)
    return str(file)


def merchant(slug: str = "harbor", *words: str) -> MerchantInSight:
    """Add or change a merchant as its staff does."""
    call_command("merchant", slug, *words, stdout=StringIO())
    found = merchant_by_slug(slug)
    assert found
    return found


@pytest.fixture
def shop(tmp_path: Path) -> MerchantInSight:
    """Harbor, with a wide dark logo, a yellow that cannot be read, and three ways to reach it."""
    return merchant(
        "harbor",
        *("--name", "Harbor Coffee Roasters", "--mode", "test", "--accent", YELLOW),
        *("--support-email", "help@harbor.example", "--support-phone", "+44 (0)20 7946 0018"),
        *("--support-url", "https://www.harbor.example/help", "--logo", drawn(tmp_path, (800, 200), NAVY)),
    )


def is_drawn(picture: Locator) -> None:
    """The picture has arrived, and takes the room that was kept for it."""
    expect(picture).to_be_visible()
    wide = picture.evaluate(
        "async (one) => { await one.decode(); return [one.naturalWidth, one.offsetHeight] }"
    )
    assert wide[0] > 0
    assert 10 <= wide[1] <= 60


def color(of: Locator, what: str) -> str:
    """Give a colour of an element as `#rrggbb`."""
    parts = str(of.evaluate(f"(one) => getComputedStyle(one).{what}")).split("(")[1].rstrip(")").split(", ")
    return "#" + "".join(f"{int(part):02x}" for part in parts[:3])


def reaches_support(page: Page | FrameLocator) -> None:
    """All three ways stand on the page and open what they name."""
    for name, address in (
        ("help@harbor.example", "mailto:help@harbor.example"),
        ("+44 (0)20 7946 0018", "tel:+442079460018"),
        ("harbor.example/help", "https://www.harbor.example/help"),
    ):
        expect(page.get_by_role("link", name=name).first).to_have_attribute("href", address)


def test_a_customer_meets_the_merchant_from_the_letter_to_the_receipt(
    shop: MerchantInSight, installation: Installation, page: Page
) -> None:
    life, portal = full_life(shop), installation.portal(shop.slug)
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.location['url']}: {message.text}"))
    page.goto(f"{portal}/sign-in")
    is_drawn(page.get_by_role("link", name=shop.name).get_by_role("img", name=shop.name))
    reaches_support(page)
    ask = page.get_by_role("button", name="Send me a link")
    assert color(ask, "backgroundColor") == accent_of(YELLOW).light.accent
    looks_right(page)

    page.get_by_label("Your e-mail address").fill("ada@example.com")
    ask.click()
    letter = letter_to("ada@example.com")
    page.goto(f"{installation.url}/mailbox/{letter.id}")
    mail = page.frame_locator("iframe")
    is_drawn(mail.get_by_role("img", name=shop.name))
    button = mail.get_by_role("link", name="Sign in to Harbor Coffee Roasters")
    assert color(button, "backgroundColor") == accent_of(YELLOW).light.accent
    reaches_support(mail)

    page.goto(f"{portal}/sign-in/code")
    page.get_by_label("Code from the letter").fill(letter.code)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(f"{portal}/")
    for path in life.paths:
        page.goto(portal + path)
        is_drawn(page.get_by_role("img", name=shop.name).first)
    reaches_support(page)
    # The browser speaks up when the content policy is broken or a file is missing, an icon too. One page is not there.
    assert [words for words in said if not words.startswith(f"{portal}/not-here: ")] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, TABLET, DESK], ids=["phone", "tablet", "desk"])
@pytest.mark.parametrize("shape", [(800, 200), (200, 200), None], ids=["wide", "square", "none"])
def test_every_logo_and_a_long_name_fit_the_frame(
    shop: MerchantInSight,
    installation: Installation,
    new_context: Any,
    tmp_path: Path,
    shape: tuple[int, int] | None,
    size: ViewportSize,
    scheme: str,
) -> None:
    logo = ("--logo", drawn(tmp_path, shape, NAVY)) if shape else ("--no-logo",)
    merchant(shop.slug, "--name", LONG_NAME, *logo)
    who, portal = builders.customer(shop), installation.portal(shop.slug)
    page = sign_in(new_context(viewport=size, color_scheme=scheme), portal, shop, who)
    for path in ("/", "/methods"):
        page.goto(portal + path)
        looks_right(page)
        brand = page.locator(".brand").bounding_box()
        words = page.get_by_role("navigation", name="Portal").bounding_box()
        assert brand
        assert words
        assert brand["height"] <= 64
        if size != PHONE:
            assert brand["x"] + brand["width"] <= words["x"]


def test_in_the_dark_a_dim_logo_stands_on_a_plate_until_there_is_one_for_the_dark(
    shop: MerchantInSight, installation: Installation, new_context: Any, tmp_path: Path
) -> None:
    who, portal = builders.customer(shop), installation.portal(shop.slug)
    page = sign_in(new_context(color_scheme="dark"), portal, shop, who)
    page.goto(f"{portal}/")
    plate, logo = page.locator("picture.logo"), page.get_by_role("img", name=shop.name)
    is_drawn(logo)
    assert plate.evaluate("(one) => getComputedStyle(one).backgroundColor") == "oklch(1 0 0)"
    light = logo.evaluate("(one) => one.currentSrc")

    dark = drawn(tmp_path, (800, 200), WHITE)
    merchant(shop.slug, "--logo", drawn(tmp_path, (800, 200), NAVY), "--logo-dark", dark)
    page.goto(f"{portal}/")
    is_drawn(logo)
    assert plate.evaluate("(one) => getComputedStyle(one).backgroundColor") == "rgba(0, 0, 0, 0)"
    assert logo.evaluate("(one) => one.currentSrc") != light
    page.emulate_media(color_scheme="light")
    # The browser takes the other picture a moment after the colours.
    page.wait_for_function(
        "(light) => document.querySelector('picture.logo img').currentSrc === light", arg=light
    )


def test_nothing_moves_when_the_logo_arrives(
    shop: MerchantInSight, installation: Installation, new_context: Any
) -> None:
    who, portal = builders.customer(shop), installation.portal(shop.slug)
    page = sign_in(new_context(), portal, shop, who)
    held: list[Route] = []
    page.route("**/theme/logo/*", lambda route: held.append(route))  # noqa: PLW0108 - it sets a mark on what it is given.
    with page.expect_request("**/theme/logo/*"):
        page.goto(f"{portal}/", wait_until="domcontentloaded")
    logo = page.get_by_role("img", name=shop.name)
    without = logo.bounding_box()
    assert logo.evaluate("(one) => one.naturalWidth") == 0
    for route in held:
        route.continue_()
    is_drawn(logo)
    assert logo.bounding_box() == without


def test_an_icon_is_there_and_the_content_policy_lets_it_in(
    shop: MerchantInSight, installation: Installation, page: Page
) -> None:
    merchant(shop.slug, "--no-logo")
    page.goto(f"{installation.portal(shop.slug)}/sign-in")
    address = page.locator("link[rel=icon]").get_attribute("href")
    drawn_at = page.evaluate(
        """async (address) => { const one = new Image(); one.src = address; await one.decode(); return one.width }""",
        address,
    )
    assert drawn_at > 0


def test_a_logo_that_is_opened_by_itself_does_nothing(
    shop: MerchantInSight, installation: Installation, page: Page
) -> None:
    response = page.goto(f"{installation.portal(shop.slug)}/theme/logo/{shop.logo_digest}")
    assert response
    assert "sandbox" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_a_part_for_another_page_holds_no_logo_and_paper_no_frame(
    shop: MerchantInSight, installation: Installation, new_context: Any
) -> None:
    life, portal = full_life(shop), installation.portal(shop.slug)
    page = sign_in(new_context(color_scheme="dark"), portal, shop, life.who)
    part = page.request.get(f"{portal}/", headers={"Paydesk-Part": "main"}).text()
    assert "theme/logo" not in part
    assert "mailto:help@harbor.example" in part
    page.goto(f"{portal}/")
    page.emulate_media(media="print")
    assert not page.get_by_role("link", name=shop.name).is_visible()
    # On paper the colours of light pages hold, also for whoever reads in the dark.
    assert (
        page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--accent')") == "#786f00"
    )
