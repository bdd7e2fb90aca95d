"""A receipt is sent again by letter: to the customer's own address, so often and no oftener, and the page says so."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from paydesk.billing.customers.models import Customer, CustomerEmail
from paydesk.billing.payments.models import Payment
from paydesk.kit import clock
from paydesk.merchants.models import Connection
from paydesk.notices.models import Letter
from paydesk.notices.outbox import send_due_letter
from paydesk.work.queues import Queue, claim_of, work_one
from tests import builders
from tests.portal.reading import PORTAL, words

pytestmark = pytest.mark.django_db

QUEUE = Queue(name="letters", rows=Letter, work=send_due_letter, failures_max=3)


@pytest.fixture
def paid(ada: Customer, account: Connection) -> Payment:
    """EUR 49.00 for the studio, paid with a Visa."""
    made = builders.payment(builders.order(ada, account))
    builders.attempt(made)
    return made


def send(browser: Client, payment: Payment, *, follow: bool = True, **data: str) -> Any:
    """Press the button."""
    return browser.post(f"{PORTAL}/payments/{payment.public_id}/receipt/send", data, follow=follow)


def work() -> list[Any]:
    """Let the worker send what is due; gives what went out."""
    for taken in claim_of(QUEUE, most=10, now=clock.wall_now()):
        work_one(QUEUE, taken, clock=clock.wall_now)
    return mail.outbox


def test_a_payment_that_was_not_made_sends_nothing(
    browser: Client, ada: Customer, account: Connection
) -> None:
    failed = builders.payment(builders.order(ada, account), state="failed")
    assert send(browser, failed).status_code == 409
    assert not Letter.objects.exists()


def test_it_goes_to_the_customers_own_address_whatever_the_form_says(browser: Client, paid: Payment) -> None:
    page = words(send(browser, paid, address="eve@evil.example", recipient="eve@evil.example"))
    assert "Receipt 1 is on its way to ada@example.com." in page
    [letter] = work()
    assert letter.to == ["ada@example.com"]
    assert letter.subject == "Receipt 1: EUR 49.00".replace(" 49", "\u00a049")
    assert "Visa ending in 4242" in letter.body.replace("\u00a0", " ")
    assert f"/payments/{paid.public_id}/receipt" in letter.body
    [(name, content, kind)] = letter.attachments
    assert (name, kind) == ("Receipt 1.pdf", "application/pdf")
    assert content.startswith(b"%PDF")


def test_the_page_says_when_it_was_sent(browser: Client, paid: Payment) -> None:
    response = send(browser, paid)
    work()
    again = browser.get(response.redirect_chain[-1][0])
    assert re.search(
        r"Receipt 1 was sent to ada@example\.com\. .*You asked for it on .*, \d\d:\d\d\.", words(again)
    )


def test_notes_go_along(browser: Client, paid: Payment) -> None:
    builders.refund(paid, 1000)
    send(browser, paid)
    [letter] = work()
    assert [name for name, _, _ in letter.attachments] == ["Receipt 1.pdf", "Refund 2.pdf"]
    assert "What went back since then is attached as well." in letter.body


def test_in_german_everything_is(browser: Client, ada: Customer, paid: Payment) -> None:
    Customer.objects.filter(merchant_id=ada.merchant_id, id=ada.id).update(language="de")
    send(browser, paid)
    [letter] = work()
    assert "Beleg" in letter.subject
    assert "PDF" in letter.body


def test_an_address_that_is_no_longer_the_customers_gets_nothing(
    browser: Client, ada: Customer, paid: Payment
) -> None:
    CustomerEmail.objects.filter(merchant_id=ada.merchant_id, customer_id=ada.id).update(
        address="new@example.com", normalized="new@example.com"
    )
    assert "on its way to new@example.com." in words(send(browser, paid))
    CustomerEmail.objects.filter(merchant_id=ada.merchant_id, customer_id=ada.id).delete()
    assert send(browser, paid).status_code == 409
    assert Letter.objects.count() == 1


def test_after_five_in_an_hour_no_further_letter_goes_out(browser: Client, paid: Payment) -> None:
    for _ in range(5):
        assert send(browser, paid).status_code == 200
    refused = send(browser, paid)
    assert refused.status_code == 429
    assert re.search(r"From \d\d:\d\d on you can send the next one\.", words(refused))
    assert Letter.objects.count() == 5


def test_a_letter_of_another_receipt_is_no_confirmation(
    browser: Client, ada: Customer, account: Connection, paid: Payment
) -> None:
    other = builders.payment(builders.order(ada, account))
    send(browser, other)
    letter = Letter.objects.get()
    for name in (letter.public_id, "0000000000000000", "x" * 300, ""):
        page = words(browser.get(f"{PORTAL}/payments/{paid.public_id}/receipt?letter={name}"))
        assert "is on its way to" not in page


def test_only_a_press_with_its_token_sends(paid: Payment, ada: Customer, browser: Client) -> None:
    address = f"{PORTAL}/payments/{paid.public_id}/receipt/send"
    assert browser.get(address).status_code == 405
    strict = builders.browser(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    assert strict.post(address).status_code == 403
    assert not Letter.objects.exists()
