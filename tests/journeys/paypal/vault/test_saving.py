"""A card in PayPal's fields and a wallet on its page, in the portal's real pages: saved, chosen, and charged once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.commands import wait_until
from tests.journeys.harbor import sign_in
from tests.journeys.looks import fits, looks_right
from tests.journeys.methods.steps import it_pays, save
from tests.journeys.paypal.vault.books import VaultBooks, enter_card, fields_are_there
from tests.paypal_account import DECLINED_BY_PROCESSOR, GOOD, NEEDS_3D_SECURE_TO_SAVE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.contracts]

PAY = "Save and pay EUR 30.00"


def begin(page: Page, books: VaultBooks) -> list[str]:
    """Come in, and go to enter a card for what is overdue. Gives whatever the browser complains of."""
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    wait_until(books.has_failed)
    sign_in(page, books.portal)
    page.goto(f"{books.portal}/payments/{books.owed()}/pay")
    page.get_by_role("button", name="Use a new card").click()
    fields_are_there(page)
    return complaints


def was_saved(page: Page) -> None:
    """What pays a subscription that Paydesk collects is kept here: no company has to confirm it."""
    expect(page.get_by_role("status").filter(has_text="Saved on")).to_be_visible()


def test_a_card_is_entered_and_pays_what_is_overdue_once(page: Page, books: VaultBooks) -> None:
    complaints = begin(page, books)
    looks_right(page)
    enter_card(page, GOOD, button=PAY)

    was_saved(page)
    expect(page.get_by_role("main")).to_contain_text("EUR 30.00 is paid")
    it_pays(page, "Kiln sharing")
    looks_right(page)
    assert list(books.taken().values()) == [3000]
    assert books.written() == books.taken()
    assert complaints == [], "the content security policy lets in what PayPal's script needs"
    # PayPal's own word for it comes by webhook, and changes nothing.
    wait_until(lambda: "PAYMENT.CAPTURE.COMPLETED" in [one["type"] for one in books.account.deliveries()])
    assert {one["status"] for one in books.account.deliveries()} == {204}
    assert books.written() == books.taken()


def test_a_card_that_the_bank_asks_about_is_saved_when_it_agrees(page: Page, books: VaultBooks) -> None:
    begin(page, books)
    enter_card(page, NEEDS_3D_SECURE_TO_SAVE, button="Save this card")
    bank = page.frame_locator("iframe[title='3-D Secure']")
    bank.get_by_role("button").nth(1).click()
    expect(page.get_by_role("status")).to_contain_text("not accepted")
    assert books.taken() == {}

    enter_card(page, NEEDS_3D_SECURE_TO_SAVE, button="Save this card")
    bank.get_by_role("button").nth(0).click()
    was_saved(page)
    assert books.taken() == {}


def test_a_card_that_pays_nothing_says_so_and_nothing_was_taken(page: Page, books: VaultBooks) -> None:
    begin(page, books)
    enter_card(page, DECLINED_BY_PROCESSOR, button=PAY)

    expect(page.get_by_role("main")).to_contain_text("EUR 30.00 is not paid")
    assert books.taken() == books.written() == {}


def test_the_wallet_is_saved_on_paypals_page_and_pays_from_then_on(page: Page, books: VaultBooks) -> None:
    begin(page, books)
    page.get_by_role("link", name="Use your account at PayPal instead").click()
    page.get_by_role("button", name="Agree and continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose what it pays")
    fits(page)
    save(page)

    was_saved(page)
    it_pays(page, "Kiln sharing")
    looks_right(page)
    page.goto(f"{books.portal}/methods")
    expect(page.get_by_role("main")).to_contain_text("PayPal")
    looks_right(page)
