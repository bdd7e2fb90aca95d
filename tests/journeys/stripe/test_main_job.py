"""The main job on Stripe: sign in, see the imported history, enter a new card, pay what failed. Money moves once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.payments.models import Payment
from tests.journeys.commands import wait_until
from tests.journeys.harbor import sign_in
from tests.journeys.looks import looks_right, shuts_nobody_out
from tests.journeys.stripe.books import Books
from tests.journeys.stripe.steps import enter_card, fields_are_there
from tests.stripe_scene import DECLINED_WHEN_ENTERED, GOOD, NEEDS_3D_SECURE

pytestmark = pytest.mark.django_db(transaction=True)

#: A year of Pro for EUR 190.00, less the month that was paid.
OWED = 17100
MONEY = "EUR 171.00"
PAY = f"Save and pay {MONEY}"
PAID = f"{MONEY} is paid"


def to_the_card_fields(page: Page, books: Books) -> None:
    """Ask to enter a new card; Stripe's element has loaded when its number field is there."""
    page.goto(f"{books.portal}/payments/{books.owed().public_id}/pay")
    page.get_by_role("button", name="Use a new card").click()
    fields_are_there(page)


def fields_look_right(page: Page) -> None:
    """Look at our part of the page; what localstripe puts into the element is not what Stripe puts there."""
    page.evaluate("document.querySelector('.hosted-fields-card').firstElementChild.textContent = ''")
    shuts_nobody_out(page, without=".hosted-fields-card input")


def is_paid(page: Page) -> None:
    """The page says that it is paid, and what Stripe confirmed."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Saved and paid")
    expect(page.get_by_role("status").filter(has_text=PAID)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Stripe confirmed this on")).to_be_visible()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser refused or broke off on the way: our content security policy, a script that failed."""
    said: list[str] = []
    page.on(
        "console", lambda message: said.append(message.text) if "Content Security" in message.text else None
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("response", lambda answer: said.append(answer.url) if answer.status >= 400 else None)
    return said


def test_a_failed_payment_is_paid_with_a_new_card(page: Page, books: Books, complaints: list[str]) -> None:
    books.stripe.send_webhooks_to(books.webhooks_go_to)
    first = books.taken()
    assert books.written() == first
    sign_in(page, books.portal)
    looks_right(page)
    the_history_was_imported(page, books)
    to_the_card_fields(page, books)
    fields_look_right(page)
    assert books.taken() == first

    enter_card(page, GOOD, button=PAY)

    is_paid(page)
    looks_right(page)
    assert complaints == []
    [paid] = set(books.taken()) - set(first)
    assert books.stripe.charge_behind(paid)["amount"] == books.owed().amount_minor == OWED
    assert books.owed().state == Payment.State.PAID
    the_receipt_says_so(page)
    books.wait_for_the_worker()
    assert books.pressed() == ["succeeded"]
    assert books.written() == books.taken()
    # No webhook of Stripe's says so here: the worker follows the payment by itself.
    wait_until(lambda: books.subscription_state() == "active")
    page.goto(f"{books.portal}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything is paid")
    expect(page.get_by_text("Payment overdue")).to_have_count(0)


def the_history_was_imported(page: Page, books: Books) -> None:
    """Both payments are there, with what the bank said of the second."""
    page.goto(f"{books.portal}/payments")
    looks_right(page)
    expect(page.get_by_role("main")).to_contain_text("EUR 19.00")
    expect(page.get_by_role("main")).to_contain_text(MONEY)
    page.get_by_role("link", name="Pro, yearly").first.click()
    expect(page.get_by_role("main")).to_contain_text("Your bank declined this payment")
    expect(page.get_by_role("main")).to_contain_text("Visa ending in 0341")
    looks_right(page)


def the_receipt_says_so(page: Page) -> None:
    """One press leads to a receipt over what was paid, with what it was paid with."""
    page.get_by_role("link", name="Receipt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Receipt")
    for words in (MONEY, "Pro, yearly", "4242"):
        expect(page.get_by_role("main")).to_contain_text(words)
    looks_right(page)


def test_a_card_that_its_bank_declines_is_refused_in_words_and_nothing_changes(
    page: Page, books: Books
) -> None:
    before = books.standing()
    sign_in(page, books.portal)
    to_the_card_fields(page, books)
    enter_card(page, DECLINED_WHEN_ENTERED)

    expect(page.get_by_role("status")).to_contain_text("declined")
    expect(page.get_by_role("button", name="Save this card")).to_be_enabled()
    fields_look_right(page)
    assert books.standing() == before
    assert books.setups() == ["open"]

    # The page is still good: another card goes into the same fields.
    enter_card(page, GOOD, button=PAY)
    is_paid(page)
    assert books.written() == books.taken()
    assert len(books.taken()) == len(before["taken"]) + 1


def test_a_step_at_the_bank_can_be_refused_and_passed_in_the_fields(page: Page, books: Books) -> None:
    before = books.standing()
    sign_in(page, books.portal)
    to_the_card_fields(page, books)
    enter_card(page, NEEDS_3D_SECURE)
    page.get_by_role("button", name="Fail authentication").click()
    expect(page.get_by_role("status")).to_contain_text("authentication failed")
    assert books.standing() == before

    to_the_card_fields(page, books)
    enter_card(page, NEEDS_3D_SECURE)
    page.get_by_role("button", name="Complete authentication").click()
    expect(page.get_by_role("status").filter(has_text="Stripe confirmed this on")).to_be_visible()
    assert books.taken() == before["taken"]


def test_webhooks_that_overtake_the_press_change_nothing_twice(page: Page, books: Books) -> None:
    """Stripe tells that the invoice is paid, three times, before the customer's press has its answer."""
    before = books.taken()
    books.stripe.make_default(books.due.customer, books.stripe.card(books.due.customer, GOOD))
    sign_in(page, books.portal)
    to_the_card_fields(page, books)
    books.stripe.fail_next("POST", "/v1/invoices/[^/]+/pay", "slow", seconds=2)
    enter_card(page, GOOD, button=PAY)
    wait_until(lambda: len(books.taken()) > len(before))
    invoice = {"id": books.due.failed_invoice, "object": "invoice"}
    told = [books.tell("invoice.paid", invoice, event_id=name) for name in ("evt_1", "evt_1", "evt_2")]
    assert told == [204, 204, 204]
    books.wait_for_the_worker()

    is_paid(page)
    assert books.tell("invoice.paid", invoice, event_id="evt_3") == 204
    books.wait_for_the_worker()
    assert len(books.taken()) == len(before) + 1
    assert books.written() == books.taken()
    assert books.pressed() == ["succeeded"]
    assert books.subscription_state() == "active"
