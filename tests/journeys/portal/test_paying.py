"""A payment has failed: the customer pays it, on a phone, and sees the answer at once. Money moves once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import connections
from playwright.sync_api import BrowserContext, Page, expect

from paydesk.billing.payments.models import Attempt
from paydesk.merchants.models import Connection
from tests.connected import connected
from tests.journeys.conftest import DESK
from tests.journeys.installation import Installation
from tests.journeys.looks import looks_right
from tests.journeys.portal.customers import Payer
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

PAID = "Paid. Thank you."


@pytest.fixture
def ada(simulator: Simulator, installation: Installation, new_context: Any) -> Payer:
    """Her card had not enough money on it."""
    return Payer(clay=connected(simulator), installation=installation, new_context=new_context)


def to_the_pay_page(page: Page) -> None:
    """Follow the alert of the overview."""
    expect(page.get_by_role("heading", level=1)).to_have_text("One payment needs you")
    looks_right(page)
    page.get_by_role("link", name="Pay EUR 49.00 now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pay EUR 49.00")


def press(page: Page) -> None:
    """Press the one button that moves money."""
    page.get_by_role("button", name="Pay EUR 49.00 now").click()


def enter_card(page: Page, number: str) -> None:
    """Fill in the company's own page."""
    page.get_by_role("button", name="Use a new card").click()
    expect(page.get_by_role("heading", name="Add a card")).to_be_visible()
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry date").fill("12/31")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("Name on the card").fill("Ada Okafor")
    page.get_by_role("button", name="Save card").click()


def test_with_another_saved_card(ada: Payer) -> None:
    ada.clay.save_card("good_mastercard")
    page = ada.page()
    to_the_pay_page(page)
    looks_right(page)
    page.get_by_label("Mastercard").check()
    press(page)
    expect(page.get_by_role("status")).to_contain_text(PAID)
    expect(page.get_by_role("status")).to_contain_text("EUR 49.00 was charged to Mastercard")
    looks_right(page)
    page.get_by_role("link", name="Receipt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Receipt")
    looks_right(page)
    page.goto(f"{ada.portal}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything is paid")
    assert len(ada.clay.moved()) == 1


def test_with_a_new_card_entered_at_the_company(ada: Payer) -> None:
    page = ada.page()
    page.get_by_role("link", name="Use another card").click()
    looks_right(page)
    enter_card(page, "5454 5454 5454 5454")
    expect(page.get_by_text("Your new card is saved and chosen.")).to_be_visible()
    expect(page.get_by_label("Mastercard")).to_be_checked()
    looks_right(page)
    assert ada.clay.moved() == []
    press(page)
    expect(page.get_by_role("status")).to_contain_text(PAID)
    assert len(ada.clay.moved()) == 1


def test_going_back_without_saving_a_card_loses_nothing(ada: Payer) -> None:
    page = ada.page()
    to_the_pay_page(page)
    page.get_by_role("button", name="Use a new card").click()
    page.get_by_role("link", name="Go back without saving").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pay EUR 49.00")


def test_the_back_button_leaves_the_companys_page(ada: Payer) -> None:
    page = ada.page()
    to_the_pay_page(page)
    page.get_by_role("button", name="Use a new card").click()
    expect(page.get_by_role("heading", name="Add a card")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pay EUR 49.00")


def test_with_a_step_at_the_bank(ada: Payer) -> None:
    ada.clay.save_card("secure_when_charged")
    page = ada.page()
    to_the_pay_page(page)
    page.get_by_label("0307").check()
    press(page)
    expect(page.get_by_role("status")).to_contain_text("Your bank asks you to confirm this payment.")
    looks_right(page)
    assert ada.clay.moved() == []
    page.get_by_role("link", name="Confirm with your bank").click()
    page.get_by_role("button", name="Confirm EUR 49.00").click()
    expect(page.get_by_role("status")).to_contain_text(PAID)
    assert len(ada.clay.moved()) == 1


def test_refused_at_the_bank_says_so_and_can_be_tried_again(ada: Payer) -> None:
    ada.clay.save_card("secure_when_charged")
    page = ada.page()
    to_the_pay_page(page)
    page.get_by_label("0307").check()
    press(page)
    page.get_by_role("link", name="Confirm with your bank").click()
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_role("status")).to_contain_text("The payment was not confirmed with your bank.")
    expect(page.get_by_role("status")).to_contain_text("Nothing was charged.")
    expect(page.get_by_role("link", name="Pay EUR 49.00 now")).to_be_visible()
    looks_right(page)
    assert ada.clay.moved() == []


def test_who_left_the_bank_finds_the_way_back_there(ada: Payer) -> None:
    ada.clay.save_card("secure_when_charged")
    page = ada.page()
    to_the_pay_page(page)
    page.get_by_label("0307").check()
    press(page)
    page.goto(f"{ada.portal}/")
    expect(page.get_by_text("Your bank asks you to confirm")).to_be_visible()
    looks_right(page)
    page.get_by_role("link", name="Confirm with your bank").click()
    page.get_by_role("button", name="Confirm EUR 49.00").click()
    expect(page.get_by_role("status")).to_contain_text(PAID)


def test_declined_again_says_why_and_what_helps(ada: Payer) -> None:
    ada.clay.save_card("expired_card")
    page = ada.page()
    to_the_pay_page(page)
    page.get_by_label("0703").check()
    press(page)
    answer = page.get_by_role("status")
    expect(answer).to_contain_text(
        "Your bank declined this payment: the card has expired. Nothing was charged."
    )
    expect(answer).to_contain_text("Use another card, or the new one that replaced it.")
    looks_right(page)
    assert ada.clay.moved() == []


def test_the_bank_has_not_answered_yet(ada: Payer) -> None:
    ada.clay.save_card("good_mastercard")
    page = ada.page()
    to_the_pay_page(page)
    page.get_by_label("Mastercard").check()
    ada.clay.account.fault("lost_after", operation="charge.confirm")
    ada.clay.account.fault("error_before", operation="charge.find", times=50)
    press(page)
    expect(page.get_by_role("status")).to_contain_text(
        "You do not need to pay again; we will write when we know."
    )
    expect(page.get_by_role("link", name="Pay EUR 49.00 now")).to_have_count(0)
    looks_right(page)
    # A second press, from the pay page that is still open elsewhere, is refused in words.
    page.goto(f"{ada.payment_page()}/pay")
    expect(page.get_by_role("status")).to_contain_text("A payment is already on its way.")
    looks_right(page)
    assert len(ada.clay.moved()) == 1


def test_two_tabs_pay_once(ada: Payer) -> None:
    ada.clay.save_card("good_mastercard")
    page = ada.page()
    to_the_pay_page(page)
    other = page.context.new_page()
    other.goto(page.url)
    for tab in (page, other):
        tab.get_by_label("Mastercard").check()
    press(page)
    expect(page.get_by_role("status")).to_contain_text(PAID)
    press(other)
    expect(other.get_by_role("main")).to_contain_text("This payment has already been made.")
    assert len(ada.clay.moved()) == 1


def test_a_double_press_pays_once_without_javascript(ada: Payer) -> None:
    """Eight posts at once, as eight nervous fingers would send them."""
    card = ada.clay.save_card("good_mastercard")
    page = ada.page(java_script_enabled=False)
    page.get_by_role("link", name="Pay EUR 49.00 now").click()
    token = page.locator("input[name=csrfmiddlewaretoken]").last.get_attribute("value") or ""
    address = page.url
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    with ThreadPoolExecutor(8) as fingers:
        answers = list(fingers.map(lambda _: _post(address, cookies, token, card), range(8)))
    connections.close_all()
    assert answers.count(303) >= 1
    assert set(answers) <= {303, 409}
    assert len(ada.clay.moved()) == 1
    page.goto(ada.payment_page())
    expect(page.get_by_role("main")).to_contain_text(PAID)


def _post(address: str, cookies: str, token: str, card: str) -> int:
    parts = urlsplit(address)
    wire = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    headers = {
        "Cookie": cookies,
        "Content-Type": "application/x-www-form-urlencoded",
        "Host": parts.netloc,
        "Origin": f"{parts.scheme}://{parts.netloc}",
    }
    wire.request("POST", parts.path, urlencode({"csrfmiddlewaretoken": token, "method": card}), headers)
    return wire.getresponse().status


def test_with_the_keyboard_alone(ada: Payer) -> None:
    ada.clay.save_card("good_mastercard")
    page = ada.page(viewport=DESK)
    focus(page, "Pay EUR 49.00 now")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Pay EUR 49.00")
    if not page.get_by_label("Mastercard").is_checked():
        focus(page, "", selector="input[name=method]")
        page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Mastercard")).to_be_checked()
    focus(page, "Pay EUR 49.00 now")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(PAID)


def focus(page: Page, words: str, *, selector: str = "") -> None:
    """Press Tab until something has the focus; what has it can be seen."""
    for _ in range(40):
        page.keyboard.press("Tab")
        here = page.evaluate_handle("document.activeElement")
        said = str(here.evaluate("element => element.innerText || ''")).replace("\u00a0", " ").strip()
        if (words and said == words) or (selector and here.evaluate("(e, s) => e.matches(s)", selector)):
            if not selector:
                assert here.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
            return
    raise AssertionError(f"{words or selector} cannot be reached with the Tab key")


def test_without_javascript(ada: Payer) -> None:
    page = ada.page(java_script_enabled=False)
    page.get_by_role("link", name="Use another card").click()
    enter_card(page, "5454 5454 5454 5454")
    expect(page.get_by_label("Mastercard")).to_be_checked()
    press(page)
    expect(page.get_by_role("main")).to_contain_text(PAID)


def test_a_company_that_is_down_is_named_and_nothing_is_lost(ada: Payer) -> None:
    ada.clay.save_card("good_mastercard")
    page = ada.page()
    to_the_pay_page(page)
    ada.clay.account.fault("error_before", operation="*", times=50)
    page.get_by_role("button", name="Use a new card").click()
    expect(page.get_by_role("main")).to_contain_text("The payment company does not answer right now.")
    expect(page.get_by_role("main")).to_contain_text("Nothing was charged.")
    looks_right(page)
    ada.clay.account.no_faults()
    page.get_by_label("Mastercard").check()
    press(page)
    expect(page.get_by_role("status")).to_contain_text(PAID)


def test_a_company_that_was_removed_leaves_the_portal_readable(ada: Payer) -> None:
    Connection.objects.filter(merchant_id=ada.clay.merchant.id).update(gateway="gone-from-this-machine")
    page = ada.page()
    expect(page.get_by_text("EUR 49.00").first).to_be_visible()
    page.goto(f"{ada.payment_page()}/pay")
    expect(page.get_by_role("main")).to_contain_text("This payment cannot be made here.")
    looks_right(page)


def test_a_session_that_is_over_leads_to_sign_in_and_back(ada: Payer) -> None:
    page = ada.page()
    to_the_pay_page(page)
    page.context.clear_cookies()
    press(page)
    # The form's token went with the cookies: the page says so, and nothing was charged.
    expect(page.get_by_role("main")).to_contain_text("This page was open for too long")
    page.goto(f"{ada.payment_page()}/pay")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert Attempt.objects.filter(merchant_id=ada.clay.merchant.id, origin="paydesk").count() == 0


def test_a_webhook_at_the_same_moment_changes_nothing(ada: Payer, new_context: BrowserContext) -> None:
    """The company tells us of the payment while the customer's press is still being answered."""
    hook = f"{ada.installation.url}/hooks/{ada.clay.connection.uuid}"
    ada.clay.account.send_webhooks_to(hook)
    ada.clay.save_card("good_mastercard")
    page = ada.page()
    to_the_pay_page(page)
    page.get_by_label("Mastercard").check()
    ada.clay.account.fault("slow", operation="charge.confirm", milliseconds=1500)
    press(page)
    expect(page.get_by_role("status")).to_contain_text(PAID)
    assert len(ada.clay.moved()) == 1
    assert ada.clay.charged() == ada.clay.moved()
