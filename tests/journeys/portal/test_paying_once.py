"""However often somebody presses, and whatever gets lost on the way: money moves once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import connections
from playwright.sync_api import expect

from tests.journeys.looks import looks_right
from tests.journeys.portal.customers import PAID, Payer, press, to_the_pay_page

pytestmark = pytest.mark.django_db(transaction=True)


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
    expect(page.get_by_role("heading", level=1)).to_have_text("Pay EUR 49.00")
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


def test_a_webhook_at_the_same_moment_changes_nothing(ada: Payer) -> None:
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
