"""At the desk of an agreement: move a day, skip, pause and go on; each is seen before it is done, and then is so."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.payments.models import Attempt
from paydesk.billing.subscriptions.models import Subscription
from paydesk.merchants.policies import set_policies
from tests.journeys.fingers import press_at_once
from tests.journeys.looks import looks_right
from tests.journeys.plans.steps import AtHerDesk, choose, is_not_offered, said_day, until

pytestmark = pytest.mark.django_db(transaction=True)


def fill_in(page: Page, label: str, day: date) -> None:
    """Choose a day, and look at what it would change."""
    page.get_by_label(label).fill(day.isoformat())
    page.get_by_role("button", name="See what changes").click()
    expect(page.get_by_role("region", name="What it will look like")).to_be_visible()
    looks_right(page)


def was_confirmed(page: Page, words: str) -> None:
    """The same page says what was done, and when."""
    expect(page.get_by_role("status")).to_contain_text(words)
    expect(page.get_by_role("status")).to_contain_text("Saved on")
    looks_right(page)


def state_of(agreement: Subscription) -> str:
    """Ask the database how it stands."""
    return Subscription.objects.get(merchant_id=agreement.merchant_id, id=agreement.id).state


def test_a_day_is_moved_and_the_payment_is_charged_on_the_new_one(ada: AtHerDesk) -> None:
    plan = ada.plan()
    before, after = said_day(ada.in_days(10)), said_day(ada.in_days(13))
    page = ada.desk(plan)
    choose(page, "Move the next payment")
    looks_right(page)
    fill_in(page, "New day", ada.in_days(13))
    changes = page.get_by_role("region", name="What it will look like")
    expect(changes.get_by_role("listitem").first).to_contain_text(f"instead of {before}")
    expect(changes.get_by_role("listitem").nth(1)).to_contain_text("as before")
    ada.stays(plan, 1, "scheduled")
    page.get_by_role("button", name=f"Move to {after}").click()
    was_confirmed(page, f"The payment of {before} is now on {after}.")
    expect(page.get_by_role("region", name="Still to pay")).to_contain_text(f"moved from {before}")
    ada.days_pass(11)
    ada.stays(plan, 1, "scheduled")
    assert ada.clay.moved() == []
    ada.days_pass(3)
    ada.becomes(plan, 1, "paid")
    assert ada.clay.moved_minor() == 10200


def test_a_day_that_cannot_be_is_answered_under_the_field_and_at_the_top(ada: AtHerDesk) -> None:
    plan = ada.plan()
    page = ada.page()
    for text, why in [
        (ada.in_days(40).isoformat(), "can be moved by 14 days at most"),
        (ada.in_days(0).isoformat(), "Choose tomorrow or a later day."),
        ("2027-02-30", "Choose a day, such as"),
    ]:
        page.goto(f"{ada.portal}/subscriptions/{plan.public_id}/move?day={text}")
        expect(page.get_by_role("alert").get_by_role("link")).to_contain_text(why)
        expect(page.get_by_label("New day")).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_label("New day")).to_have_accessible_description(
            # The range, then the error.
            page.locator("#day-help").inner_text() + " " + page.locator("#day-error").inner_text()
        )
        looks_right(page)


def test_one_is_skipped_taken_back_and_skipped_again(ada: AtHerDesk) -> None:
    kiln = ada.subscription()
    skipped = said_day(ada.in_days(10))
    page = ada.desk(kiln)
    choose(page, "Skip the next payment")
    expect(page.get_by_role("main")).to_contain_text("skipped, nothing is charged")
    looks_right(page)
    page.get_by_role("button", name=f"Skip {skipped}").click()
    was_confirmed(page, f"The payment of {skipped} is skipped.")
    is_not_offered(page, "Skip the next payment")
    choose(page, "Take the skip back")
    looks_right(page)
    page.get_by_role("button", name=f"Charge {skipped} after all").click()
    was_confirmed(page, f"The payment of {skipped} is charged on its day again.")
    choose(page, "Skip the next payment")
    page.get_by_role("button", name=f"Skip {skipped}").click()
    was_confirmed(page, f"The payment of {skipped} is skipped.")
    ada.days_pass(11)
    ada.stays(kiln, 1, "skipped")
    assert ada.clay.moved() == []
    ada.days_pass(31)
    ada.becomes(kiln, 2, "paid")
    assert ada.clay.moved_minor() == 3000


def test_a_pause_puts_off_what_is_to_come_and_ends_by_itself(ada: AtHerDesk) -> None:
    plan = ada.plan()
    until_day = ada.in_days(20)
    page = ada.desk(plan)
    choose(page, "Pause")
    looks_right(page)
    fill_in(page, "Until when", until_day)
    expect(page.get_by_role("region", name="What it will look like")).to_contain_text("instead of")
    page.get_by_role("button", name=f"Pause until {said_day(until_day)}").click()
    was_confirmed(page, f"It is paused until {said_day(until_day)}.")
    expect(page.get_by_role("main")).to_contain_text("Paused")
    ada.days_pass(12)
    ada.stays(plan, 1, "scheduled")
    assert ada.clay.moved() == []
    ada.days_pass(9)
    until(lambda: state_of(plan) == "active", "it goes on")
    ada.days_pass(21)
    ada.becomes(plan, 1, "paid")
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("EUR 102 of EUR 612 paid, 5 payments left")


def test_what_is_paused_goes_on_before_its_day(ada: AtHerDesk) -> None:
    kiln = ada.subscription()
    page = ada.desk(kiln)
    choose(page, "Pause")
    fill_in(page, "Until when", ada.in_days(60))
    page.get_by_role("button", name="Pause until").click()
    was_confirmed(page, "It is paused until")
    choose(page, "Go on today")
    looks_right(page)
    page.get_by_role("button", name="Go on today").click()
    was_confirmed(page, "It goes on.")
    expect(page.get_by_role("main")).to_contain_text("Active")
    ada.days_pass(11)
    ada.becomes(kiln, 1, "paid")


def test_two_tabs_and_the_way_back_change_it_once(ada: AtHerDesk) -> None:
    kiln = ada.subscription()
    page = ada.desk(kiln)
    choose(page, "Move the next payment")
    fill_in(page, "New day", ada.in_days(12))
    other = page.context.new_page()
    other.goto(page.url)
    third = page.context.new_page()
    third.goto(f"{ada.portal}/subscriptions/{kiln.public_id}/skip")
    to = said_day(ada.in_days(12))
    page.get_by_role("button", name=f"Move to {to}").click()
    was_confirmed(page, f"is now on {to}")
    other.get_by_role("button", name=f"Move to {to}").click()
    was_confirmed(other, f"is now on {to}")
    third.get_by_role("button", name="Skip").click()
    was_confirmed(third, "is skipped")
    # The page of before has the payment that is skipped by now.
    page.go_back()
    expect(page.get_by_role("main")).to_contain_text("Only a payment that is still to come can be moved.")
    looks_right(page)


def test_it_works_without_javascript_and_with_many_fingers(ada: AtHerDesk) -> None:
    plan = ada.plan()
    page = ada.desk(plan, java_script_enabled=False)
    choose(page, "Move the next payment")
    page.get_by_label("New day").fill(ada.in_days(14).isoformat())
    page.get_by_role("button", name="See what changes").click()
    expect(page.get_by_role("button", name="Move to")).to_be_visible()
    assert press_at_once(page, page.locator("form.form"), fingers=6) == {303}
    page.goto(f"{ada.portal}/subscriptions/{plan.public_id}")
    expect(page.get_by_role("region", name="Still to pay")).to_contain_text(said_day(ada.in_days(14)))


def test_the_keyboard_alone_moves_a_day(ada: AtHerDesk) -> None:
    page = ada.desk(ada.plan())
    page.get_by_role("link", name="Move the next payment").focus()
    page.keyboard.press("Enter")
    page.get_by_label("New day").focus()
    page.get_by_label("New day").fill(ada.in_days(13).isoformat())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Move to {said_day(ada.in_days(13))}")
    page.get_by_role("button", name="Move to").focus()
    page.keyboard.press("Enter")
    was_confirmed(page, "is now on")


def test_what_the_merchant_does_not_allow_is_not_shown_and_says_why(ada: AtHerDesk) -> None:
    set_policies(
        merchant_id=ada.clay.merchant.id, given={"move_days": "0", "skip_in_a_row": "0", "pause_days": "0"}
    )
    kiln = ada.subscription()
    page = ada.desk(kiln)
    for words in ("Move the next payment", "Skip the next payment", "Pause"):
        is_not_offered(page, words)
    for path, why in [
        ("move", "Payments cannot be moved here."),
        ("skip", "Payments cannot be skipped here."),
        ("pause", "This cannot be paused here."),
        ("resume", "It is not paused."),
    ]:
        page.goto(f"{ada.portal}/subscriptions/{kiln.public_id}/{path}")
        expect(page.get_by_role("status")).to_contain_text(why)
        looks_right(page)


def test_another_card_pays_one_plan_and_nothing_else(ada: AtHerDesk) -> None:
    ada.clay.account.method(ada.clay.customer, "good_amex")
    ada.clay.take_over()
    plan, kiln = ada.plan(), ada.subscription()
    page = ada.desk(plan)
    choose(page, "Change the method")
    looks_right(page)
    page.get_by_label("4343").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="pays now")).to_contain_text(plan.name)
    looks_right(page)
    ada.days_pass(11)
    ada.becomes(plan, 1, "paid")
    ada.becomes(kiln, 1, "paid")
    used = Attempt.objects.filter(merchant_id=ada.clay.merchant.id).order_by("amount_minor")
    assert [one.method_last_four for one in used] == ["4242", "4343"]
