"""The portal in each of its languages: nothing sticks out, Arabic runs from right to left, and one's choice holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import ViewportSize, expect

from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.journeys.installation import Installation
from tests.journeys.looks import DESK, SMALL_PHONE, fits, looks_right
from tests.journeys.methods.gallery import six_cards
from tests.journeys.pages import open_all
from tests.journeys.plans.gallery import changing, three_currencies
from tests.journeys.portal.customers import sign_in
from tests.journeys.portal.gallery import Shown, full_life
from tests.journeys.selfservice.gallery import canceling
from tests.journeys.selfservice.shopping import every_state

pytestmark = pytest.mark.django_db(transaction=True)

LIVES = [full_life, three_currencies, changing, six_cards, canceling, every_state]
#: What stands in the frame of every page: the word for payments.
PAYMENTS = {"ar": "الدفعات", "de": "Zahlungen", "en": "Payments", "es": "Pagos", "fr": "Paiements"}

Build = Callable[[MerchantInSight], Shown]


def test_these_are_the_languages() -> None:
    assert {code for code, _ in settings.LANGUAGES} >= set(PAYMENTS)
    assert dict(settings.LANGUAGES)["ar"] == "العربية"


@pytest.mark.parametrize("build", LIVES)
@pytest.mark.parametrize("language", ["ar", "es", "fr"])
def test_every_page_fits_in_every_language(
    installation: Installation, new_context: Any, build: Build, language: str
) -> None:
    shop = builders.merchant()
    life, portal = build(shop), installation.portal(shop.slug)
    page = sign_in(new_context(locale=language, viewport=SMALL_PHONE), portal, shop, life.who)
    for shown in open_all(page, portal, life):
        fits(shown)
        assert shown.locator("html").get_attribute("lang") == language
        assert shown.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        expect(shown.get_by_role("navigation").first).to_contain_text(PAYMENTS[language])


@pytest.mark.parametrize(("size", "scheme"), [(SMALL_PHONE, "dark"), (DESK, "light")], ids=["phone", "desk"])
def test_arabic_can_be_read_and_pressed_by_everybody(
    installation: Installation, new_context: Any, size: ViewportSize, scheme: str
) -> None:
    shop = builders.merchant()
    life, portal = full_life(shop), installation.portal(shop.slug)
    page = sign_in(new_context(locale="ar", viewport=size, color_scheme=scheme), portal, shop, life.who)
    for shown in open_all(page, portal, life):
        looks_right(shown)
    page.goto(f"{portal}/")
    title = page.locator(".rows .row-link").first.bounding_box()
    amount = page.locator(".rows .amount").first.bounding_box()
    assert title is not None
    assert amount is not None
    assert amount["x"] < title["x"], "an amount stands at the end of its line, which is left"


def test_her_own_choice_comes_before_the_browsers_and_that_before_the_merchants(
    installation: Installation, new_context: Any
) -> None:
    shop = builders.merchant(language="fr")
    ada, portal = builders.customer(shop), installation.portal(shop.slug)
    for locale, wanted in [("tlh", "fr"), ("es-MX", "es"), ("ar-EG", "ar")]:
        outside = new_context(locale=locale).new_page()
        outside.goto(f"{portal}/sign-in")
        assert outside.locator("html").get_attribute("lang") == wanted, locale
    page = sign_in(new_context(locale="es-MX"), portal, shop, ada)
    page.goto(f"{portal}/details")
    page.locator("select[name=language]").select_option(label="العربية")
    page.get_by_role("button", name="Guardar").click()
    expect(page.locator("html[lang=ar][dir=rtl]")).to_be_visible()
    page.goto(f"{portal}/")
    expect(page.locator("html[lang=ar][dir=rtl]")).to_be_visible()
    looks_right(page)
