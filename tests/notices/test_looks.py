"""A letter looks like its merchant: logo, colour and every way to reach it, pictures on or off, in light and dark."""

from __future__ import annotations

import re

import pytest

from paydesk.kit.accent import accent_of, contrast
from paydesk.merchants.find import MerchantInSight
from paydesk.notices.rendering import Rendered, Written, rendered
from tests.access.scene import merchant

pytestmark = pytest.mark.django_db

WORDS = {"link": "https://pay.example/sign-in/link#x", "code": "12345678", "code_until": "", "link_until": ""}
LIGHT = {"digest": "a" * 64, "width": 720, "height": 180, "has_plate": False}
LETTER = {"digest": "c" * 64, "width": 600, "height": 150, "has_plate": False}


def logo(width: int = 720, height: int = 180) -> dict[str, dict[str, object]]:
    """What a merchant's row keeps of a logo."""
    light = LIGHT | {"width": width, "height": height}
    return {
        "light": light,
        "dark": light | {"has_plate": True},
        "letter": LETTER | {"width": width, "height": height},
    }


def letter(shop: MerchantInSight) -> Rendered:
    """Write a letter in the merchant's look."""
    return rendered(Written(template="sign_in", title="Sign in to Harbor", words=WORDS), shop)


def test_a_wide_logo_stands_for_the_name_and_says_it_when_pictures_are_off() -> None:
    html = letter(merchant(name="Café Müller & Söhne", logo=logo())).html
    [picture] = re.findall(r"<img[^>]*>", html)
    assert 'src="http://127.0.0.1:8000/m/harbor/theme/logo/' + "c" * 64 in picture
    assert 'width="167" height="42"' in picture
    assert 'alt="Café Müller &amp; Söhne"' in picture
    assert re.findall(r'class="name"[^>]*>\s*<img[^>]*>\s*</p>', html)


def test_beside_a_square_logo_stands_the_name() -> None:
    html = letter(merchant(logo=logo(200, 200))).html
    assert re.search(r'<img[^>]*width="52" height="52" alt=""[^>]*>\s*<span[^>]*>Harbor</span>', html)


def test_without_a_logo_nothing_is_loaded() -> None:
    html = letter(merchant()).html
    assert "<img" not in html
    assert re.search(r'class="name"[^>]*>\s*Harbor\s*</p>', html)


@pytest.mark.parametrize("color", ["#ffee00", "#ffffff", "#000000", "#3d5afe"])
def test_the_button_can_be_read_in_light_and_dark(color: str) -> None:
    html = letter(merchant(accent_color=color)).html
    made = accent_of(color)
    [button] = re.findall(r'<a class="button"[^>]*>', html)
    assert f"background: {made.light.accent}" in button
    assert f"color: {made.light.on_accent}" in button
    dark = html.split("prefers-color-scheme: dark")[1]
    assert f"background: {made.dark.accent} !important" in dark
    assert f"color: {made.dark.on_accent} !important" in dark
    assert contrast(made.light.accent, made.light.on_accent) >= 4.5
    assert contrast(made.dark.accent, made.dark.on_accent) >= 4.5


def test_a_letter_names_every_way_that_is_set() -> None:
    shop = merchant(support_phone="+44 (0)20 7946 0018", support_url="https://www.harbor.example/help/")
    made = letter(shop)
    assert "Questions? Ask Harbor:" in made.html
    assert 'href="mailto:help@harbor.example"' in made.html
    assert 'href="tel:+442079460018"' in made.html
    assert re.search(r'href="https://www.harbor.example/help/"[^>]*>harbor.example/help</a>', made.html)
    assert made.text.endswith(
        "Questions? Ask Harbor:\nhelp@harbor.example\n+44 (0)20 7946 0018\nhttps://www.harbor.example/help/\n"
    )


def test_a_letter_names_no_way_that_is_not_set() -> None:
    made = letter(merchant())
    assert "tel:" not in made.html
    assert "None" not in made.html
    assert made.text.endswith("Questions? Ask Harbor:\nhelp@harbor.example\n")


def test_a_letter_tells_mail_programs_that_it_knows_the_dark() -> None:
    html = letter(merchant()).html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert '<meta name="supported-color-schemes" content="light dark">' in html
