"""A portal looks like its merchant, and two merchants never see a byte of each other's look."""

from __future__ import annotations

import gzip
import hashlib
import re
from typing import Any
from xml.parsers import expat

import pytest
from django.test import Client

from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Merchant, Picture
from tests import builders
from tests.portal.reading import PORTAL, read

pytestmark = pytest.mark.django_db

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 1"><path d="M0 0h4v1H0z"/></svg>'
SVG_DARK = SVG.replace(b"<path", b'<path fill="#fff"')


def give_logo(shop: MerchantInSight, *, width: int = 400, height: int = 100, **facts: Any) -> str:
    """Give the merchant a logo, as if the command had done so; its digest comes back."""
    digests = {}
    for name, content in (("light", SVG), ("dark", SVG_DARK)):
        digests[name] = hashlib.sha256(content).hexdigest()
        Picture.objects.get_or_create(
            merchant_id=shop.id,
            digest=digests[name],
            defaults={"media_type": "image/svg+xml", "content": content, "created_at": builders.now()},
        )
    light = {"digest": digests["light"], "width": width, "height": height, "has_plate": False}
    logo = {"light": light, "dark": light, "letter": light} | facts
    Merchant.objects.filter(id=shop.id).update(logo=logo)
    return digests["light"]


def head(browser: Client, path: str = "/") -> str:
    """Give a page as it is sent."""
    return browser.get(PORTAL + path).content.decode()


def test_a_wide_logo_says_the_name_and_has_its_size_before_it_arrives(
    browser: Client, shop: MerchantInSight
) -> None:
    digest = give_logo(shop)
    page = head(browser)
    [brand] = re.findall(r'<a class="brand".*?</a>', page)
    assert f'src="{PORTAL}/theme/logo/{digest}" alt="Harbor Coffee Roasters" width="113" height="28"' in brand
    assert "brand-name" not in brand


def test_beside_a_square_logo_stands_the_name_and_is_said_once(
    browser: Client, shop: MerchantInSight
) -> None:
    digest = give_logo(shop, width=100, height=100)
    page = head(browser)
    [brand] = re.findall(r'<a class="brand".*?</a>', page)
    assert 'alt="" width="34" height="34"' in brand
    assert '<span class="brand-name">Harbor Coffee Roasters</span>' in brand
    assert f'<link rel="icon" href="{PORTAL}/theme/logo/{digest}">' in page


@pytest.mark.parametrize("shape", [(1, 1), (3000, 10), (10, 3000), (5, 1), (720, 90)])
def test_no_logo_breaks_the_bar(browser: Client, shop: MerchantInSight, shape: tuple[int, int]) -> None:
    give_logo(shop, width=shape[0], height=shape[1])
    [(width, height)] = re.findall(r'alt="[^"]*" width="(\d+)" height="(\d+)"', head(browser))
    assert 1 <= int(width) <= 176
    assert 1 <= int(height) <= 34


def test_a_dark_page_shows_the_dark_logo(browser: Client, shop: MerchantInSight) -> None:
    dark = hashlib.sha256(SVG_DARK).hexdigest()
    give_logo(shop, dark={"digest": dark, "width": 300, "height": 100, "has_plate": True})
    page = head(browser)
    expected = f'<source media="(prefers-color-scheme: dark)" srcset="{PORTAL}/theme/logo/{dark}" width="98"'
    assert expected in page
    assert '<picture class="logo writing plate-dark">' in page


def test_without_a_logo_its_letter_stands_for_a_merchant(browser: Client) -> None:
    assert '<span class="monogram" aria-hidden="true">H</span>' in head(browser)


def test_a_name_cannot_break_out_of_the_frame(browser: Client, shop: MerchantInSight) -> None:
    give_logo(shop)
    Merchant.objects.filter(id=shop.id).update(name='"><b>Clay</b>')
    assert "<b>Clay" not in head(browser)
    Merchant.objects.filter(id=shop.id).update(name="<b>Clay", logo={})
    icon = re.findall(r'rel="icon" href="([^"]+)"', head(browser))[0]
    expat.ParserCreate().Parse(browser.get(icon).content, True)


def test_a_logo_is_served_for_ever_and_can_do_nothing(shop: MerchantInSight) -> None:
    digest = give_logo(shop)
    response = builders.browser().get(f"{PORTAL}/theme/logo/{digest}")
    assert response.content == SVG
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert "Set-Cookie" not in response


def test_a_logo_that_was_replaced_is_still_there_for_letters_that_were_sent(shop: MerchantInSight) -> None:
    digest = give_logo(shop)
    Merchant.objects.filter(id=shop.id).update(logo={})
    assert builders.browser().get(f"{PORTAL}/theme/logo/{digest}").status_code == 200


def test_the_logo_of_one_is_not_there_for_another(shop: MerchantInSight) -> None:
    digest = give_logo(shop)
    builders.merchant("other", name="Other")
    missing = builders.browser().get(f"/m/other/theme/logo/{'0' * 64}")
    theirs = builders.browser().get(f"/m/other/theme/logo/{digest}")
    assert (theirs.status_code, missing.status_code) == (404, 404)
    nonce = re.compile(rb'nonce="[^"]*"')
    assert nonce.sub(b"", theirs.content) == nonce.sub(b"", missing.content)
    assert builders.browser().get(f"/theme/logo/{digest}").status_code == 404


def test_the_colors_of_one_are_not_given_to_another(shop: MerchantInSight) -> None:
    """Whatever version is asked for, it is the colour of the merchant at hand; an old version is not kept for long."""
    builders.merchant("other", name="Other", accent_color="#a8472c")
    client = builders.browser()
    mine = re.findall(r'rel="stylesheet" href="([^"]+)"', client.get(f"{PORTAL}/sign-in").content.decode())[0]
    sheet = client.get(mine)
    assert sheet["Content-Type"] == "text/css; charset=utf-8"
    assert "--accent:#0b6e4f" in sheet.content.decode()
    assert "immutable" in sheet["Cache-Control"]
    theirs = client.get(mine.replace("harbor", "other"), headers={"Accept-Encoding": "gzip"})
    assert "immutable" not in theirs["Cache-Control"]
    text = gzip.decompress(theirs.content).decode()
    assert "--accent:#a8472c" in text
    assert "#0b6e4f" not in text


def test_the_icon_of_one_is_not_given_to_another(shop: MerchantInSight) -> None:
    builders.merchant("other", name="Other", accent_color="#a8472c")
    client = builders.browser()
    mine = re.findall(r'rel="icon" href="([^"]+)"', client.get(f"{PORTAL}/sign-in").content.decode())[0]
    icon = client.get(mine)
    assert (icon["Content-Type"], "immutable" in icon["Cache-Control"]) == ("image/svg+xml", True)
    assert ">H</text>" in icon.content.decode()
    theirs = client.get(mine.replace("harbor", "other"))
    assert ">O</text>" in theirs.content.decode()
    assert "#0b6e4f" not in theirs.content.decode()
    assert "immutable" not in theirs["Cache-Control"]


def test_a_page_of_no_merchant_asks_for_no_icon(db: None) -> None:
    assert '<link rel="icon" href="data:,">' in builders.browser().get("/m/unknown").content.decode()


def test_help_names_every_way_that_is_set_and_no_other(browser: Client, shop: MerchantInSight) -> None:
    page = head(browser, "/subscriptions")
    assert 'href="mailto:help@harbor.example"' in page
    assert "tel:" not in page
    Merchant.objects.filter(id=shop.id).update(
        support_phone="+44 (0)20 7946 0018", support_url="https://www.harbor.example/help/"
    )
    for path in ("/subscriptions", "/", "/not-here"):
        page = head(browser, path)
        assert '<a class="keep" href="tel:+442079460018">+44 (0)20 7946 0018</a>' in page
        assert '<a href="https://www.harbor.example/help/">harbor.example/help</a>' in page


def test_who_is_not_in_finds_the_contact_under_every_page(shop: MerchantInSight) -> None:
    Merchant.objects.filter(id=shop.id).update(support_phone="+44 20 7946 0018")
    for path, status in (("/sign-in", 200), ("/not-here", 404)):
        page = read(builders.browser(), path, status=status)
        assert "Questions? Ask Harbor Coffee Roasters: help@harbor.example +44 20 7946 0018" in page
