"""A card is replaced and what is overdue is paid with it, on one page: money moves once, whatever gets in between."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.arrangements.models import MethodChange
from tests.journeys.fingers import press_at_once
from tests.journeys.looks import looks_right
from tests.journeys.methods.steps import (
    ASKS_WHEN_CHARGED,
    DECLINES,
    MASTERCARD,
    enter_at_the_company,
    replace,
    save,
    save_and_pay,
    was_confirmed,
)
from tests.journeys.portal.customers import Payer

pytestmark = pytest.mark.django_db(transaction=True)

PAID = "EUR 49.00 is paid: Studio membership."


def to_the_choice(owing: Payer, number: str = MASTERCARD, **options: object) -> Page:
    """Replace the card that has no money on it."""
    page = owing.page(**options)
    replace(page, owing.portal, "0604")
    enter_at_the_company(page, number)
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose what it pays")
    return page


def test_two_presses_mend_everything(owing: Payer) -> None:
    page = to_the_choice(owing)
    looks_right(page)
    assert owing.clay.moved() == []
    save_and_pay(page, "EUR 49.00")
    expect(page.get_by_role("heading", level=1)).to_have_text("Saved and paid")
    expect(page.get_by_role("status").filter(has_text=PAID)).to_be_visible()
    was_confirmed(page)
    expect(page.get_by_role("main")).to_contain_text("0604 was taken off.")
    looks_right(page)
    page.reload()
    expect(page.get_by_role("status").filter(has_text=PAID)).to_be_visible()
    assert len(owing.clay.moved()) == 1
    assert owing.clay.charged() == owing.clay.moved()
    page.get_by_role("link", name="Receipt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Receipt")


def test_saving_alone_charges_nothing_and_says_what_is_still_overdue(owing: Payer) -> None:
    page = to_the_choice(owing)
    save(page)
    was_confirmed(page)
    expect(page.get_by_role("region", name="Still overdue")).to_contain_text("EUR 49.00")
    looks_right(page)
    assert owing.clay.moved() == []


def test_the_payment_that_one_came_from_is_chosen_and_the_others_are_offered(owing: Payer) -> None:
    owing.clay.account.bill(owing.clay.customer, title="Glaze", minor=900)
    owing.clay.take_over()
    failed = owing.clay.account.api(f"/customers/{owing.clay.customer}/history")["rows"]
    assert len(failed) == 2
    page = owing.page()
    page.get_by_role("article").filter(has_text="Glaze").get_by_role("link", name="Use another card").click()
    page.get_by_role("button", name="Use a new card").click()
    enter_at_the_company(page, MASTERCARD)
    expect(page.get_by_label("Glaze")).to_be_checked()
    expect(page.get_by_label("Studio membership")).not_to_be_checked()
    button = page.get_by_role("button", name="Save and pay")
    expect(button).to_have_accessible_name("Save and pay EUR 9.00")
    page.get_by_label("Studio membership").check()
    expect(button).to_have_accessible_name("Save and pay what is ticked")
    looks_right(page)
    button.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Saved and paid")
    assert len(owing.clay.moved()) == 2


def test_a_second_tab_and_the_way_back_pay_nothing_twice(owing: Payer) -> None:
    page = to_the_choice(owing)
    other = page.context.new_page()
    other.goto(page.url)
    save_and_pay(page, "EUR 49.00")
    expect(page.get_by_role("status").filter(has_text=PAID)).to_be_visible()
    save_and_pay(other, "EUR 49.00")
    expect(other.get_by_role("status").filter(has_text=PAID)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Save this card")).to_be_visible()
    expect(page.get_by_role("button", name="Save and pay")).to_have_count(0)
    assert len(owing.clay.moved()) == 1


def test_eight_presses_at_once_without_javascript_pay_once(owing: Payer) -> None:
    page = to_the_choice(owing, java_script_enabled=False)
    answers = press_at_once(page, page.locator("form.form"), fingers=8, also=("do", "pay"))
    assert answers == {303}
    assert len(owing.clay.moved()) == 1
    assert not MethodChange.objects.filter(merchant_id=owing.clay.merchant.id, state="open").exists()


def test_a_card_that_is_declined_is_saved_and_says_why(owing: Payer) -> None:
    page = to_the_choice(owing, DECLINES)
    save_and_pay(page, "EUR 49.00")
    expect(page.get_by_role("heading", level=1)).to_have_text("Saved, but not paid yet")
    answer = page.get_by_role("status").filter(has_text="EUR 49.00 is not paid")
    expect(answer).to_contain_text("not enough funds. Nothing was charged.")
    looks_right(page)
    answer.get_by_role("link", name="Pay EUR 49.00 now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pay EUR 49.00")
    assert owing.clay.moved() == []


def test_the_bank_asks_at_the_payment(owing: Payer) -> None:
    page = to_the_choice(owing, ASKS_WHEN_CHARGED)
    save_and_pay(page, "EUR 49.00")
    expect(
        page.get_by_role("status").filter(has_text="Your bank asks you to confirm EUR 49.00")
    ).to_be_visible()
    looks_right(page)
    assert owing.clay.moved() == []
    page.get_by_role("link", name="Confirm with your bank").click()
    page.get_by_role("button", name="Confirm EUR 49.00").click()
    expect(page.get_by_role("status")).to_contain_text("Paid. Thank you.")
    assert len(owing.clay.moved()) == 1


def test_a_payment_without_an_answer_is_on_its_way(owing: Payer) -> None:
    page = to_the_choice(owing)
    owing.clay.account.fault("lost_after", operation="charge.confirm")
    owing.clay.account.fault("error_before", operation="charge.find", times=50)
    owing.clay.account.fault("error_before", operation="charge.read", times=50)
    save_and_pay(page, "EUR 49.00")
    expect(page.get_by_role("main")).to_contain_text("EUR 49.00 is on its way: Studio membership.")
    expect(page.get_by_role("main")).to_contain_text("You do not need to pay again")
    looks_right(page)
    assert len(owing.clay.moved()) == 1
