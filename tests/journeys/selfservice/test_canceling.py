"""A customer cancels in two pages at the most, has it in a letter, and takes it back until it takes effect."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.arrangements.models import CancelNote
from paydesk.billing.subscriptions.models import Subscription
from paydesk.merchants.policies import set_policies
from paydesk.notices.models import MailboxMessage
from tests.journeys.fingers import press_at_once
from tests.journeys.looks import DESK, looks_right
from tests.journeys.plans.steps import AtHerDesk, choose, is_not_offered, said_day, until

pytestmark = pytest.mark.django_db(transaction=True)


def says(page: Page, words: str) -> None:
    """The page of the agreement says what was done, and when."""
    expect(page.get_by_role("status")).to_contain_text(words)
    expect(page.get_by_role("status")).to_contain_text(re.compile("Saved on|confirmed this on"))
    looks_right(page)


def has_a_letter(title: str) -> None:
    """The worker has sent it to her."""
    mine = MailboxMessage.objects.filter(recipient="ada@example.com", title=title)
    until(lambda: mine.count() == 1, f"a letter: {title}")


def stands(agreement: Subscription) -> tuple[str, bool]:
    """Say how it stands, and whether it is about to end."""
    now = Subscription.objects.get(merchant_id=agreement.merchant_id, id=agreement.id)
    return now.state, now.ends_at is not None


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_it_ends_with_what_is_paid_and_that_is_taken_back(ada: AtHerDesk, scripts: bool) -> None:
    kiln = ada.subscription()
    ends = said_day(ada.in_days(10))
    page = ada.page(java_script_enabled=scripts)
    page.goto(f"{ada.portal}/subscriptions/{kiln.public_id}")
    choose(page, "Cancel")
    expect(page.get_by_role("region", name=f"If it ends on {ends}")).to_contain_text(
        f"EUR 30.00 on {ends} is not charged, and none after it."
    )
    if scripts:
        looks_right(page)
    page.get_by_label("Why do you cancel?").select_option("I do not use it enough")
    page.get_by_label("Anything else?").fill("I moved away.")
    page.get_by_role("button", name=f"Cancel on {ends}").click()
    expect(page.get_by_role("status")).to_contain_text(f"It ends on {ends}. You keep it until then")
    expect(page.get_by_role("main")).to_contain_text("Ends soon")
    note = CancelNote.objects.get(merchant_id=kiln.merchant_id)
    assert (note.reason, note.comment) == ("unused", "I moved away.")
    page.get_by_role("status").get_by_role("link", name="Keep it after all").click()
    expect(page.get_by_role("region", name="What it will look like")).to_contain_text(ends)
    assert stands(kiln) == ("active", True)
    page.get_by_role("button", name="Keep it after all").click()
    expect(page.get_by_role("status")).to_contain_text("It is not cancelled any more")
    assert stands(kiln) == ("active", False)
    if scripts:
        looks_right(page)
        has_a_letter(f"{kiln.name} goes on")
        ada.days_pass(11)
        ada.becomes(kiln, 1, "paid")


def test_it_ends_on_its_day_and_nothing_is_charged_after_it(ada: AtHerDesk) -> None:
    kiln = ada.subscription()
    page = ada.desk(kiln)
    choose(page, "Cancel")
    page.get_by_role("button", name=f"Cancel on {said_day(ada.in_days(10))}").click()
    says(page, "It ends on")
    until(
        lambda: any(re.match(f"{kiln.name} ends on", one.title) for one in MailboxMessage.objects.all()),
        "a letter",
    )
    ada.days_pass(11)
    until(lambda: stands(kiln)[0] == "canceled", "it has ended")
    page.goto(f"{ada.portal}/subscriptions/{kiln.public_id}")
    expect(page.get_by_role("main")).to_contain_text("None. Nothing more is charged.")
    is_not_offered(page, "Keep it after all")
    looks_right(page)
    ada.days_pass(40)
    ada.stays(kiln, 1, "canceled")
    assert ada.clay.moved() == []


def test_at_once_in_two_tabs_and_with_many_fingers_it_ends_once(ada: AtHerDesk) -> None:
    kiln = ada.subscription()
    page = ada.desk(kiln)
    choose(page, "Cancel")
    expect(page.get_by_role("button", name="Cancel now")).to_be_visible()
    other = page.context.new_page()
    other.goto(page.url)
    form = page.locator("main form")
    assert press_at_once(page, form, fingers=6, also=("when", "now")) == {303}
    other.get_by_role("button", name="Cancel now").click()
    says(other, "It has ended. Nothing more is charged.")
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("It has ended. Nothing more will be charged.")
    looks_right(page)
    assert CancelNote.objects.filter(merchant_id=kiln.merchant_id).count() == 1
    has_a_letter(f"{kiln.name} has ended")


def test_one_offer_comes_before_the_end_and_the_way_back_is_clear(ada: AtHerDesk) -> None:
    kiln = ada.subscription()
    given = {"cancel_offers": "too_expensive:pause,unused:skip", "pause_days": "30"}
    set_policies(merchant_id=kiln.merchant_id, given=given)
    page = ada.desk(kiln, viewport=DESK)
    choose(page, "Cancel")
    page.get_by_label("Why do you cancel?").select_option("It costs too much")
    page.get_by_role("button", name="Cancel now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pause it instead?")
    looks_right(page)
    two = page.locator(".buttons-equal > *")
    sizes = [one.bounding_box() for one in two.all()]
    assert len({(round(size["width"]), round(size["height"])) for size in sizes if size}) == 1
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancel")
    assert stands(kiln) == ("active", False)
    page.get_by_label("Why do you cancel?").select_option("I do not use it enough")
    page.get_by_role("button", name="Cancel now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Skip one payment instead?")
    looks_right(page)
    page.get_by_role("button", name="Cancel now").click()
    says(page, "It has ended.")
    assert CancelNote.objects.get(merchant_id=kiln.merchant_id).offered == "skip"


def test_who_takes_the_pause_goes_on_later(ada: AtHerDesk) -> None:
    kiln = ada.subscription()
    given = {"cancel_offers": "too_expensive:pause", "pause_days": "30"}
    set_policies(merchant_id=kiln.merchant_id, given=given)
    page = ada.desk(kiln)
    choose(page, "Cancel")
    page.get_by_label("Why do you cancel?").select_option("It costs too much")
    page.get_by_role("button", name="Cancel now").click()
    page.get_by_role("button", name="Pause until").click()
    says(page, f"It is paused until {said_day(ada.clay.today() + timedelta(days=30))}.")
    assert stands(kiln) == ("paused", False)
    assert CancelNote.objects.get(merchant_id=kiln.merchant_id).answer == "accepted"


def test_who_stays_for_less_pays_less_and_reads_it_on_the_receipt(ada: AtHerDesk) -> None:
    kiln = ada.subscription()
    given = {"cancel_offers": "too_expensive:discount", "discount_percent": "25", "discount_payments": "2"}
    set_policies(merchant_id=kiln.merchant_id, given=given)
    page = ada.desk(kiln)
    choose(page, "Cancel")
    page.get_by_label("Why do you cancel?").select_option("It costs too much")
    page.get_by_role("button", name="Cancel now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pay less instead?")
    offer = page.get_by_role("region", name="Pay less instead?")
    expect(offer).to_contain_text("The next 2 payments cost EUR 22.50 each instead of EUR 30.00.")
    expect(offer).to_contain_text("it is EUR 30.00 again.")
    looks_right(page)
    page.get_by_role("button", name="Keep it for EUR 22.50").click()
    says(page, f"It goes on, and costs less from {said_day(ada.in_days(10))} on.")
    assert stands(kiln) == ("active", False)
    assert CancelNote.objects.get(merchant_id=kiln.merchant_id).answer == "accepted"
    ada.days_pass(11)
    ada.becomes(kiln, 1, "paid")
    assert ada.clay.moved_minor() == 2250
    page.goto(f"{ada.portal}/payments")
    page.get_by_role("link", name=kiln.name).first.click()
    page.get_by_role("link", name="Receipt").click()
    expect(page.get_by_role("main")).to_contain_text("Discount")
    expect(page.get_by_role("main")).to_contain_text("-EUR 7.50")
    looks_right(page)
    choose(ada.desk(kiln), "Cancel")


def test_a_plan_says_what_is_not_charged_any_more(ada: AtHerDesk) -> None:
    plan = ada.plan()
    page = ada.desk(plan)
    choose(page, "Cancel")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancel the payment plan")
    expect(page.get_by_role("main")).to_contain_text(
        "6 payments, together EUR 612.00, are not charged any more."
    )
    looks_right(page)
    page.get_by_role("button", name="Cancel now").click()
    says(page, "It has ended.")
    expect(page.get_by_role("region", name="Progress")).to_contain_text("EUR 0 paid")


def test_where_the_merchant_does_not_allow_it_the_page_says_whom_to_ask(ada: AtHerDesk) -> None:
    plan = ada.plan()
    set_policies(merchant_id=plan.merchant_id, given={"cancel_plan": "off"})
    page = ada.desk(plan)
    choose(page, "Cancel")
    expect(page.get_by_role("main").get_by_role("link", name="help@clay.example")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
    looks_right(page)
    assert stands(plan) == ("active", False)
