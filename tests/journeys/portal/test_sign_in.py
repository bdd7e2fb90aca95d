"""A customer signs in, on a phone: by link, by code, in another browser, without JavaScript; and what goes wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from paydesk.access.models import LinkSecret, Session, SignInRequest
from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.journeys.installation import Installation
from tests.journeys.letters import letter_to, no_letter_comes
from tests.journeys.looks import DESK, looks_right

pytestmark = pytest.mark.django_db(transaction=True)

ADA = "ada@example.com"


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


def ask(page: Page, portal: str, address: str = ADA) -> None:
    """Ask for a letter."""
    page.goto(f"{portal}/sign-in")
    looks_right(page)
    page.get_by_label("Your e-mail address").fill(address)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_text("If we know this address, a letter is on its way")).to_be_visible()
    looks_right(page)


def is_in(page: Page, portal: str) -> bool:
    """Say whether this browser is signed in."""
    page.goto(f"{portal}/devices")
    return page.url == f"{portal}/devices"


def test_by_link_with_one_press(page: Page, portal: str) -> None:
    page.goto(f"{portal}/devices")
    looks_right(page)
    page.get_by_label("Your e-mail address").fill(ADA)
    page.get_by_role("button", name="Send me a link").click()
    page.goto(letter_to(ADA).link)
    expect(page.get_by_text("a•••@e•••.com")).to_be_visible()
    assert "#" not in page.url
    looks_right(page)
    page.get_by_role("button", name="Sign in to Harbor Coffee Roasters").click()
    # Back where they wanted to go.
    expect(page).to_have_url(f"{portal}/devices")
    looks_right(page)


def test_by_code(page: Page, portal: str) -> None:
    ask(page, portal)
    page.get_by_label("Code from the letter").fill(letter_to(ADA).code)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{portal}/")
    looks_right(page)


def test_a_wrong_code_is_refused_beside_the_field_and_a_slip_keeps_what_was_typed(
    page: Page, portal: str
) -> None:
    ask(page, portal)
    letter_to(ADA)
    page.get_by_label("Code from the letter").fill("1234")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("The code has 8 digits.")).to_be_visible()
    expect(page.get_by_label("Code from the letter")).to_have_value("1234")
    page.get_by_label("Code from the letter").fill("0000 0000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("This code does not open it.")).to_be_visible()
    looks_right(page)


def test_in_another_browser_by_link_and_code(page: Page, portal: str, new_context: Any) -> None:
    ask(page, portal)
    letter = letter_to(ADA)
    other = new_context(viewport=DESK).new_page()
    other.goto(letter.link)
    expect(other.get_by_text("a•••@e•••.com")).to_be_visible()
    looks_right(other)
    other.get_by_label("Code from the letter").fill(letter.code)
    other.get_by_role("button", name="Sign in to Harbor Coffee Roasters").click()
    expect(other).to_have_url(f"{portal}/")
    assert not is_in(page, portal)


def test_without_javascript_by_code(portal: str, new_context: Any) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{portal}/sign-in")
    page.get_by_label("Your e-mail address").fill(ADA)
    page.get_by_role("button", name="Send me a link").click()
    letter = letter_to(ADA)
    # The link leads to a page that offers the code.
    page.goto(letter.link)
    expect(page.get_by_text("Without JavaScript the link cannot be read.")).to_be_visible()
    page.get_by_label("Code from the letter").fill(letter.code)
    page.get_by_role("button", name="Sign in with the code").click()
    expect(page).to_have_url(f"{portal}/")


def test_an_unknown_address_sees_the_same_and_gets_no_letter(page: Page, portal: str) -> None:
    ask(page, portal, "nobody@example.com")
    assert no_letter_comes("nobody@example.com")
    page.get_by_label("Code from the letter").fill("12345678")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("This code does not open it.")).to_be_visible()


def test_an_expired_link_sends_a_new_letter_with_one_press(page: Page, portal: str) -> None:
    ask(page, portal)
    old = letter_to(ADA)
    _let_time_pass(timedelta(minutes=15))
    page.goto(old.link)
    expect(page.get_by_text("This link no longer works.")).to_be_visible()
    looks_right(page)
    page.get_by_role("button", name="Send a new letter to the same address").click()
    expect(page.get_by_text("a new letter is on its way")).to_be_visible()
    looks_right(page)
    page.goto(letter_to(ADA, after=old.id).link)
    page.get_by_role("button", name="Sign in to Harbor Coffee Roasters").click()
    expect(page).to_have_url(f"{portal}/")


def test_a_link_works_once(page: Page, portal: str, new_context: Any) -> None:
    ask(page, portal)
    letter = letter_to(ADA)
    page.goto(letter.link)
    page.get_by_role("button", name="Sign in to Harbor Coffee Roasters").click()
    expect(page).to_have_url(f"{portal}/")
    page.goto(letter.link)
    expect(page.get_by_text("This link has been used.")).to_be_visible()
    expect(page.get_by_role("link", name="Go to the overview")).to_be_visible()
    other = new_context().new_page()
    other.goto(letter.link)
    expect(other.get_by_text("This link has been used.")).to_be_visible()
    looks_right(other)


def test_a_newer_link_opens_in_the_tab_of_an_older_one(page: Page, portal: str) -> None:
    ask(page, portal)
    old = letter_to(ADA)
    _let_time_pass(timedelta(minutes=15))
    page.goto(old.link)
    page.get_by_role("button", name="Send a new letter to the same address").click()
    new = letter_to(ADA, after=old.id)
    page.goto(old.link)
    expect(page.get_by_text("a•••@e•••.com")).to_be_visible()
    page.get_by_role("button", name="Sign in to Harbor Coffee Roasters").click()
    expect(page.get_by_text("This link no longer works.")).to_be_visible()
    # Only the fragment differs, so no browser would load the page by itself.
    page.goto(new.link)
    page.get_by_role("button", name="Sign in to Harbor Coffee Roasters").click()
    expect(page).to_have_url(f"{portal}/")


def test_a_forwarded_link_names_whose_it_is(
    page: Page, portal: str, shop: MerchantInSight, new_context: Any
) -> None:
    builders.customer(shop, name="Mallory", address="mallory@evil.example")
    ask(page, portal, "mallory@evil.example")
    forwarded = letter_to("mallory@evil.example")
    victim = new_context().new_page()
    ask(victim, portal)
    letter_to(ADA)
    victim.goto(forwarded.link)
    # This browser has asked for its own letter; the page notices that the link is another's as it is pressed.
    victim.get_by_role("button", name="Sign in to Harbor Coffee Roasters").click()
    expect(victim.get_by_text("m•••@e•••.example")).to_be_visible()
    expect(victim.get_by_text("Not your address? Then close this page")).to_be_visible()
    assert not is_in(victim, portal)


def test_sessions_are_listed_and_ended(page: Page, portal: str, new_context: Any) -> None:
    laptop = new_context(viewport=DESK).new_page()
    for browser in (page, laptop):
        seen = _newest_id()
        ask(browser, portal)
        browser.get_by_label("Code from the letter").fill(letter_to(ADA, after=seen).code)
        browser.get_by_role("button", name="Sign in").click()
        expect(browser).to_have_url(f"{portal}/")
    laptop.goto(f"{portal}/devices")
    expect(laptop.get_by_role("listitem").filter(has_text="Chrome on Linux")).to_have_count(2)
    expect(laptop.get_by_text("This device", exact=True)).to_have_count(1)
    looks_right(laptop)
    laptop.get_by_role("button", name="Sign out everywhere else").click()
    expect(laptop.get_by_role("listitem").filter(has_text="Chrome on Linux")).to_have_count(1)
    assert not is_in(page, portal)
    assert is_in(laptop, portal)


def test_signing_out(page: Page, portal: str) -> None:
    ask(page, portal)
    page.get_by_label("Code from the letter").fill(letter_to(ADA).code)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{portal}/")
    page.goto(f"{portal}/sign-out")
    looks_right(page)
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    looks_right(page)
    assert not is_in(page, portal)
    assert Session.objects.get().revoked_at is not None


def test_the_mailbox_shows_the_letter_with_links_that_work(
    page: Page, portal: str, installation: Installation
) -> None:
    ask(page, portal)
    letter = letter_to(ADA)
    page.goto(f"{installation.url}/mailbox")
    looks_right(page)
    page.get_by_role("link", name="Sign in to Harbor Coffee Roasters").first.click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text(letter.code)).to_be_visible()
    expect(frame.get_by_role("link", name="Sign in to Harbor Coffee Roasters")).to_have_attribute(
        "href", letter.link
    )
    page.get_by_role("link", name=letter.link).click()
    page.get_by_role("button", name="Sign in to Harbor Coffee Roasters").click()
    expect(page).to_have_url(f"{portal}/")


def _newest_id() -> int:
    from paydesk.notices.models import MailboxMessage

    return MailboxMessage.objects.order_by("-id").values_list("id", flat=True).first() or 0


def _let_time_pass(time: timedelta) -> None:
    """The processes go by the real clock, so the rows grow older instead."""
    for request in SignInRequest.objects.all():
        SignInRequest.objects.filter(id=request.id).update(
            created_at=request.created_at - time,
            code_expires_at=request.code_expires_at - time,
            expires_at=request.expires_at - time,
        )
    for link in LinkSecret.objects.all():
        LinkSecret.objects.filter(id=link.id).update(
            created_at=link.created_at - time,
            code_expires_at=link.code_expires_at - time,
            expires_at=link.expires_at - time,
        )
