"""The attacks that need a real browser: scanners that run scripts, send forms and press buttons, and what leaks out.

A scanner opens the link in a browser that did not ask. Whatever it does there, it gets no session, uses nothing up,
and the customer still comes in with one press.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, Locator, Page, Request, expect

from paydesk.access.models import Session
from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.journeys.installation import Installation
from tests.journeys.letters import ReadLetter, letter_to

pytestmark = pytest.mark.django_db(transaction=True)

ADA = "ada@example.com"
ROUNDS_MAX = 4
PRESSES_MAX = 12


@pytest.fixture
def shop() -> MerchantInSight:
    """A merchant with one customer."""
    made = builders.merchant()
    builders.customer(made)
    return made


@pytest.fixture
def portal(installation: Installation, shop: MerchantInSight) -> str:
    """The address of the merchant's portal."""
    return installation.portal(shop.slug)


@pytest.fixture
def letter(page: Page, portal: str) -> ReadLetter:
    """The letter that a customer has asked for in `page`."""
    page.goto(f"{portal}/sign-in")
    page.get_by_label("Your e-mail address").fill(ADA)
    page.get_by_role("button", name="Send me a link").click()
    return letter_to(ADA)


def the_customer_still_comes_in(page: Page, portal: str, letter: ReadLetter) -> None:
    """Nobody is in yet; then the customer is, with one press."""
    assert not Session.objects.exists()
    page.goto(letter.link)
    page.get_by_role("button", name="Sign in to Harbor Coffee Roasters").click()
    expect(page).to_have_url(f"{portal}/")


def test_t03_a_scanner_that_runs_scripts_for_30_seconds(
    page: Page, portal: str, letter: ReadLetter, new_context: Any
) -> None:
    scanner = new_context().new_page()
    scanner.clock.install()
    scanner.goto(letter.link)
    scanner.clock.run_for(30_000)
    scanner.wait_for_load_state("networkidle")
    the_customer_still_comes_in(page, portal, letter)


def test_t04_a_scanner_that_sends_every_form(
    page: Page, portal: str, letter: ReadLetter, new_context: Any
) -> None:
    scanner = new_context().new_page()
    scanner.goto(letter.link)
    for _ in range(ROUNDS_MAX):
        scanner.wait_for_load_state("networkidle")
        for number in range(scanner.locator("form").count()):
            _send(scanner.locator("form").nth(number))
            scanner.wait_for_load_state("networkidle")
    the_customer_still_comes_in(page, portal, letter)


@pytest.mark.parametrize("what", ["button", "a[href]:not([href^='mailto:'])"])
def test_t05_a_scanner_that_presses_everything(
    page: Page, portal: str, letter: ReadLetter, new_context: Any, what: str
) -> None:
    context = new_context()
    for number in range(PRESSES_MAX):
        scanner = context.new_page()
        scanner.goto(letter.link)
        scanner.wait_for_load_state("networkidle")
        if number >= scanner.locator(what).count():
            break
        # It presses one thing on the first page, and then whatever it finds, some rounds on.
        for _ in range(ROUNDS_MAX):
            _press(scanner.locator(what).nth(number))
            scanner.wait_for_load_state("networkidle")
    the_customer_still_comes_in(page, portal, letter)


def test_t05_a_scanner_that_types_something_into_every_field(
    page: Page, portal: str, letter: ReadLetter, new_context: Any
) -> None:
    scanner = new_context().new_page()
    for typed in ("test", "00000000", ADA):
        scanner.goto(letter.link)
        scanner.wait_for_load_state("networkidle")
        for number in range(scanner.locator("input:visible").count()):
            scanner.locator("input:visible").nth(number).fill(typed)
        _press(scanner.get_by_role("button").last)
        scanner.wait_for_load_state("networkidle")
    the_customer_still_comes_in(page, portal, letter)


def test_t13_nothing_leaves_for_another_site_and_no_referer_holds_the_secret(
    page: Page, portal: str, letter: ReadLetter
) -> None:
    seen: list[Request] = []
    page.on("request", lambda request: seen.append(request))  # noqa: PLW0108 - the driver marks what it calls.
    the_customer_still_comes_in(page, portal, letter)
    page.get_by_role("link", name="Payments").first.click()
    page.wait_for_load_state("networkidle")
    assert len(seen) > 5
    assert {urlsplit(request.url).netloc for request in seen} == {urlsplit(portal).netloc}
    for request in seen:
        told = request.url.partition("#")[0] + request.headers.get("referer", "")
        assert letter.secret not in told


def test_t18_the_secret_stays_in_no_address_of_the_browser(
    page: Page, portal: str, letter: ReadLetter
) -> None:
    page.goto(letter.link)
    page.wait_for_load_state("networkidle")
    assert page.url == f"{portal}/sign-in/link"
    page.get_by_role("button", name="Sign in to Harbor Coffee Roasters").click()
    expect(page).to_have_url(f"{portal}/")
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert letter.secret not in page.url


def _send(form: Locator) -> None:
    """A scanner does not mind a form that is gone."""
    with suppress(Error):
        form.evaluate("form => form.submit()", timeout=500)


def _press(what: Locator) -> None:
    """A scanner does not mind what cannot be pressed."""
    with suppress(Error):
        what.click(timeout=500)
