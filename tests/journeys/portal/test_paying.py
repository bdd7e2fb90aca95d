"""A payment has failed: the customer pays it, on a phone, and sees the answer at once. Money moves once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.payments.models import Attempt
from paydesk.merchants.models import Connection
from tests.journeys.looks import DESK, looks_right
from tests.journeys.portal.customers import PAID, Payer, press, to_the_pay_page

pytestmark = pytest.mark.django_db(transaction=True)


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
    expect(page.get_by_role("status")).to_contain_text("Nothing has been charged yet.")
    looks_right(page)
    assert ada.clay.moved() == []
    page.get_by_role("button", name="Save and pay EUR 49.00").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Saved and paid")
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
    expect(page.get_by_role("status")).to_contain_text("Your bank asks you to confirm this payment.")
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
    page.get_by_role("button", name="Save and pay EUR 49.00").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Saved and paid")


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
