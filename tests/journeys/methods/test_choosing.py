"""What pays what: a card is added, chosen for one thing or for all, and taken off; the company is believed alone."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.payment_methods.models import PaymentMethod
from tests.connected import Connected
from tests.journeys.looks import looks_right
from tests.journeys.methods.steps import (
    ASKS_WHEN_SAVED,
    MASTERCARD,
    add_a_card,
    choose,
    enter_at_the_company,
    is_offered,
    it_pays,
    keeps,
    replace,
    row,
    save,
    was_confirmed,
)
from tests.journeys.portal.customers import Payer

pytestmark = pytest.mark.django_db(transaction=True)


def charged_to(clay: Connected) -> Mapping[str, str]:
    """Ask the company itself which card it charges for what."""
    listed = clay.account.api(f"/customers/{clay.customer}/methods")["rows"]
    cards = {one["id"]: one["last_four"] for one in listed}
    usual = next((one["last_four"] for one in listed if one["default"]), "")
    agreed = clay.account.api(f"/customers/{clay.customer}/subscriptions")["rows"]
    found = {one["name"]: cards.get(one["method"], usual) for one in agreed}
    return found | {"everything else": usual}


def test_a_new_card_pays_everything_and_the_company_says_so(ada: Payer) -> None:
    page = ada.page()
    add_a_card(page, ada.portal)
    enter_at_the_company(page, MASTERCARD)
    expect(page.get_by_role("status")).to_contain_text("5454 is saved.")
    is_offered(page, "Studio", "EUR 19.00 every month.*instead of Visa.*4242")
    is_offered(page, "Kiln", "instead of American Express.*4343")
    looks_right(page)
    save(page)
    was_confirmed(page)
    it_pays(page, "Studio", "Kiln", "Everything else and everything new")
    looks_right(page)
    assert charged_to(ada.clay) == {"Studio": "5454", "Kiln": "5454", "everything else": "5454"}


def test_a_card_for_one_subscription_leaves_the_others_where_they_were(ada: Payer) -> None:
    page = ada.page()
    add_a_card(page, ada.portal)
    enter_at_the_company(page, MASTERCARD)
    choose(page, "Kiln")
    # Before the press the page names what keeps what it has.
    is_offered(page, "Studio", "keeps Visa.*4242")
    is_offered(page, "Everything else", "keeps Visa.*4242")
    save(page)
    was_confirmed(page)
    it_pays(page, "Kiln")
    keeps(page, "Studio", "4242")
    looks_right(page)
    assert charged_to(ada.clay) == {"Studio": "4242", "Kiln": "5454", "everything else": "4242"}


def test_what_follows_the_usual_card_keeps_it_when_it_is_unticked(ada: Payer) -> None:
    page = ada.page()
    add_a_card(page, ada.portal)
    enter_at_the_company(page, MASTERCARD)
    choose(page, "Everything else")
    save(page)
    was_confirmed(page)
    keeps(page, "Studio", "4242")
    keeps(page, "Kiln", "4343")
    assert charged_to(ada.clay) == {"Studio": "4242", "Kiln": "4343", "everything else": "5454"}


def test_a_card_on_file_is_chosen_from_the_list_and_from_the_subscription(ada: Payer) -> None:
    page = ada.page()
    page.goto(f"{ada.portal}/methods")
    row(page, "4343").get_by_role("link", name="Change what it pays").click()
    looks_right(page)
    expect(page.get_by_role("main")).to_contain_text("paid with it already")
    choose(page, "Studio")
    save(page)
    was_confirmed(page)
    it_pays(page, "Studio", "Kiln")
    page.get_by_role("link", name="Kiln").click()
    page.get_by_role("link", name=re.compile("^Change")).click()
    looks_right(page)
    page.get_by_label("4242").check()
    save(page)
    was_confirmed(page)
    keeps(page, "Studio", "4343")
    assert charged_to(ada.clay) == {"Studio": "4343", "Kiln": "4242", "everything else": "4242"}


def test_choosing_nothing_is_answered_in_words(ada: Payer) -> None:
    page = ada.page()
    page.goto(f"{ada.portal}/methods")
    row(page, "4343").get_by_role("link", name="Change what it pays").click()
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Choose at least one thing that it shall pay.")
    looks_right(page)


def test_a_replaced_card_is_taken_off(ada: Payer) -> None:
    page = ada.page()
    replace(page, ada.portal, "4242")
    enter_at_the_company(page, MASTERCARD)
    expect(page.get_by_label("4242 off afterwards")).to_be_checked()
    save(page)
    was_confirmed(page)
    expect(page.get_by_role("main")).to_contain_text("4242 was taken off.")
    assert charged_to(ada.clay) == {"Studio": "5454", "Kiln": "5454", "everything else": "5454"}
    page.goto(f"{ada.portal}/methods")
    expect(row(page, "4242")).to_have_count(0)


def test_a_replaced_card_stays_while_something_is_left_on_it(ada: Payer) -> None:
    before = charged_to(ada.clay)
    page = ada.page()
    replace(page, ada.portal, "4242")
    enter_at_the_company(page, MASTERCARD)
    choose(page, "Kiln", "Everything else")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Studio would still need it")
    looks_right(page)
    # What was chosen stays chosen, and nothing has happened.
    expect(page.get_by_label("Studio")).not_to_be_checked()
    expect(page.get_by_label("Kiln")).to_be_checked()
    assert charged_to(ada.clay) == before


def test_a_card_is_removed_when_nothing_needs_it_any_more(ada: Payer) -> None:
    page = ada.page()
    page.goto(f"{ada.portal}/methods")
    row(page, "4343").get_by_role("link", name="Remove").click()
    expect(page.get_by_role("status")).to_contain_text("It cannot be removed yet: it is still needed.")
    looks_right(page)
    page.get_by_role("link", name=re.compile("Choose another.*Kiln")).click()
    page.get_by_label("4242").check()
    save(page)
    was_confirmed(page)
    page.goto(f"{ada.portal}/methods")
    row(page, "4343").get_by_role("link", name="Remove").click()
    looks_right(page)
    page.get_by_role("button", name="Remove American Express").click()
    expect(page.get_by_role("status")).to_contain_text("4343 was taken off.")
    expect(page.get_by_role("status")).to_contain_text("confirmed this on")
    expect(row(page, "4343")).to_have_count(0)
    looks_right(page)
    assert [one["last_four"] for one in methods_there(ada.clay)] == ["4242"]
    # Back, to the page that asked: it is gone, and that is no error.
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Payment methods")


def methods_there(clay: Connected) -> list[dict[str, str]]:
    """List the cards that the company has."""
    found: list[dict[str, str]] = clay.account.api(f"/customers/{clay.customer}/methods")["rows"]
    return found


def test_the_step_at_the_bank_is_failed_and_then_passed(ada: Payer) -> None:
    before = charged_to(ada.clay)
    page = ada.page()
    replace(page, ada.portal, "4242")
    enter_at_the_company(page, ASKS_WHEN_SAVED)
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The card was not saved")
    expect(page.get_by_role("status")).to_contain_text("Your bank could not confirm that this card is yours.")
    looks_right(page)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("The card was not saved")
    assert charged_to(ada.clay) == before

    page.get_by_role("button", name="Enter a card again").click()
    enter_at_the_company(page, ASKS_WHEN_SAVED)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_label("4242 off afterwards")).to_be_checked()
    save(page)
    was_confirmed(page)
    assert charged_to(ada.clay)["Studio"] == "0208"


def test_an_expired_card_says_so_where_it_matters(ada: Payer) -> None:
    mine = PaymentMethod.objects.filter(merchant_id=ada.clay.merchant.id, last_four="4343")
    mine.update(expires_year=2020, expires_month=1)
    page = ada.page()
    page.goto(f"{ada.portal}/methods")
    expect(row(page, "4343")).to_contain_text("Expired")
    expect(row(page, "4343")).to_contain_text("Replace it.")
    looks_right(page)


def test_going_back_without_a_card_changes_nothing(ada: Payer) -> None:
    before = charged_to(ada.clay)
    page = ada.page()
    add_a_card(page, ada.portal)
    page.get_by_role("link", name="Go back without saving").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Payment methods")
    assert charged_to(ada.clay) == before


def test_without_javascript(ada: Payer) -> None:
    page = ada.page(java_script_enabled=False)
    replace(page, ada.portal, "4242")
    enter_at_the_company(page, MASTERCARD)
    save(page)
    was_confirmed(page)
    assert charged_to(ada.clay)["Kiln"] == "5454"


def test_with_the_keyboard_alone(ada: Payer) -> None:
    page = ada.page()
    page.goto(f"{ada.portal}/methods")
    row(page, "4343").get_by_role("link", name="Change what it pays").press("Enter")
    box = page.get_by_label("Studio")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()
    tab_to(page, "input[name=for]")
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    tab_to(page, "button[value=save]")
    page.keyboard.press("Enter")
    was_confirmed(page)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until it has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached with the Tab key")
