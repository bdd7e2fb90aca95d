"""The main job at PayPal: sign in, see the imported history, pay what failed with one press, take the receipt."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.payments.models import Payment
from tests.journeys.commands import wait_until
from tests.journeys.harbor import sign_in
from tests.journeys.looks import looks_right
from tests.journeys.paypal.books import Books

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.contracts]

#: Two months of Pro that PayPal could not collect.
OWED = 3800


def test_two_missed_months_are_paid_with_one_press(page: Page, books: Books) -> None:
    before = books.taken()
    assert books.written() == before
    sign_in(page, books.portal)
    looks_right(page)
    the_history_was_imported(page, books)
    page.goto(f"{books.portal}/payments/{books.owed().public_id}/pay")
    looks_right(page)
    books.account.set_funding(books.subscription, "good")

    page.get_by_role("button", name="Pay EUR 38.00").click()

    expect(page.get_by_role("status").filter(has_text="EUR 38.00 was charged")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("PayPal confirmed this on")
    looks_right(page)
    [made] = set(books.taken()) - set(before)
    assert books.taken()[made] == OWED
    assert books.written() == books.taken()
    assert books.pressed() == ["succeeded"]
    the_receipt_has_a_line_for_each_month(page)
    # PayPal's own word for it came by webhook, and again by the worker's reading: nothing is there twice.
    wait_until(lambda: books.agreement().state == "active")
    assert books.written() == books.taken()
    page.goto(f"{books.portal}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything is paid")


def the_history_was_imported(page: Page, books: Books) -> None:
    """What was paid is there, and what failed says so."""
    page.goto(f"{books.portal}/payments")
    looks_right(page)
    expect(page.get_by_role("main")).to_contain_text("EUR 19.00")
    expect(page.get_by_role("main")).to_contain_text("EUR 38.00")
    page.goto(f"{books.portal}/payments/{books.owed().public_id}")
    expect(page.get_by_role("main")).to_contain_text("PayPal")
    expect(page.get_by_role("main")).to_contain_text("declined")
    looks_right(page)


def the_receipt_has_a_line_for_each_month(page: Page) -> None:
    """One charge, one receipt (R1b)."""
    page.get_by_role("link", name="Receipt").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Receipt")
    expect(page.get_by_role("main")).to_contain_text("EUR 38.00")
    expect(page.get_by_role("main").get_by_text("EUR 19.00")).to_have_count(2)
    looks_right(page)


def test_a_decline_says_so_and_nothing_was_taken(page: Page, books: Books) -> None:
    before = books.taken()
    sign_in(page, books.portal)
    page.goto(f"{books.portal}/payments/{books.owed().public_id}/pay")
    page.get_by_role("button", name="Pay EUR 38.00").click()
    expect(page.get_by_role("main")).to_contain_text("Nothing was charged")
    looks_right(page)
    assert books.taken() == before == books.written()
    assert books.owed().state == Payment.State.FAILED


def test_an_answer_that_is_lost_is_looked_up_and_never_asked_twice(page: Page, books: Books) -> None:
    before = books.taken()
    books.account.set_funding(books.subscription, "good")
    sign_in(page, books.portal)
    page.goto(f"{books.portal}/payments/{books.owed().public_id}/pay")
    with books.account.losing_answers(".*/capture"):
        page.get_by_role("button", name="Pay EUR 38.00").click()
        expect(page.get_by_role("main")).to_contain_text("We are checking")
        looks_right(page)
    # The webhook, or the worker's look-up: whichever is first.
    wait_until(lambda: books.pressed() == ["succeeded"])
    assert len(books.taken()) == len(before) + 1
    assert books.written() == books.taken()
