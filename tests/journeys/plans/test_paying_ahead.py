"""At the desk of a plan: see what is coming, pay the next one, three at once, all that remains; money moves once."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.arrangements.models import Quote
from paydesk.kit import clock
from paydesk.merchants.policies import set_policies
from tests.journeys.fingers import press_at_once
from tests.journeys.looks import looks_right
from tests.journeys.paper import downloaded, read_paper
from tests.journeys.plans.steps import AtHerDesk, choose, is_not_offered
from tests.journeys.portal.customers import PAID

pytestmark = pytest.mark.django_db(transaction=True)


def title(page: Page, words: str) -> None:
    """Look at the heading of the page, and at the page."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)
    looks_right(page)


def pay(page: Page, amount: str) -> None:
    """Press the one button that moves money."""
    page.get_by_role("button", name=f"Pay {amount} now").click()


def test_what_is_coming_up_is_seen_at_a_glance_and_by_month(ada: AtHerDesk) -> None:
    plan = ada.plan()
    ada.subscription(name="Kiln sharing")
    page = ada.page()
    page.get_by_role("link", name="All that is coming up").click()
    title(page, "Coming up")
    expect(page.get_by_role("main")).to_contain_text("in the next 12 months")
    month = plan.next_payment_at.astimezone().strftime("%B %Y") if plan.next_payment_at else ""
    page.get_by_role("link", name=f"{month}: EUR 132.00").click()
    expect(page).to_have_url(re.compile("#m20"))
    listed = page.get_by_role("region", name=month)
    expect(listed.get_by_role("listitem")).to_have_count(2)
    listed.get_by_role("link", name="Kiln", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Payment 1 of 6")


def test_the_next_one_is_paid_before_its_day(ada: AtHerDesk) -> None:
    plan = ada.plan()
    page = ada.desk(plan)
    expect(page.get_by_role("main")).to_contain_text("EUR 0 of EUR 612 paid, 6 payments left")
    looks_right(page)
    choose(page, "Pay the next one now")
    title(page, "Pay EUR 102.00")
    assert ada.clay.moved() == []
    pay(page, "EUR 102.00")
    expect(page.get_by_role("status")).to_contain_text(PAID)
    looks_right(page)
    page.get_by_role("complementary").get_by_role("link", name=plan.name).first.click()
    expect(page.get_by_role("main")).to_contain_text("EUR 102 of EUR 612 paid, 5 payments left")
    # Its day comes, and nothing more is charged for it.
    ada.days_pass(11)
    ada.stays(plan, 1, "paid")
    assert ada.clay.moved_minor() == 10200


def test_three_at_once_are_one_charge_and_one_receipt_with_three_lines(
    ada: AtHerDesk, tmp_path: Path
) -> None:
    plan = ada.plan()
    page = ada.desk(plan, accept_downloads=True)
    choose(page, "Pay several at once")
    title(page, "Pay several at once")
    page.get_by_label("3 payments").check()
    page.get_by_role("button", name="Go on").click()
    title(page, "Pay EUR 306.00")
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"This amount holds until \d\d:\d\d\."))
    expect(page.get_by_role("main")).to_contain_text("After that 3 payments are left, EUR 306.00.")
    assert ada.clay.moved() == []
    pay(page, "EUR 306.00")
    expect(page.get_by_role("status")).to_contain_text(PAID)
    expect(page.get_by_role("region", name="What it pays").get_by_role("listitem")).to_have_count(3)
    looks_right(page)
    assert len(ada.clay.moved()) == 1
    page.get_by_role("link", name="Receipt").click()
    title(page, "Receipt")
    expect(page.get_by_role("table", name="What was paid for").locator("tbody tr")).to_have_count(3)
    _, printed = downloaded(page, "Download PDF")
    assert read_paper(printed, tmp_path).count("EUR 102.00") >= 3
    page.goto(f"{ada.portal}/subscriptions/{plan.public_id}")
    expect(page.get_by_role("main")).to_contain_text("EUR 306 of EUR 612 paid, 3 payments left")
    looks_right(page)
    page.get_by_role("region", name="Behind you").get_by_role("link").first.click()
    expect(page.get_by_role("main")).to_contain_text("It is a line of one payment of EUR 306.00.")
    looks_right(page)


def test_a_plan_is_paid_off_and_the_fee_is_let_off(ada: AtHerDesk) -> None:
    plan = ada.plan()
    page = ada.desk(plan)
    choose(page, "Pay off the rest")
    title(page, "Pay off EUR 600.00")
    expect(page.get_by_role("main")).to_contain_text("you save EUR 12.00")
    assert ada.clay.moved() == []
    pay(page, "EUR 600.00")
    expect(page.get_by_role("status")).to_contain_text(PAID)
    page.goto(f"{ada.portal}/subscriptions/{plan.public_id}")
    expect(page.get_by_role("main")).to_contain_text("Paid off")
    expect(page.get_by_role("main")).to_contain_text("EUR 12.00 of the finance fee was let off.")
    looks_right(page)
    is_not_offered(page, "Pay off the rest")
    ada.days_pass(200)
    ada.stays(plan, 6, "covered")
    assert ada.clay.moved_minor() == 60000
    page.goto(f"{ada.portal}/upcoming")
    expect(page.get_by_role("main")).to_contain_text("Nothing is coming up in the next 12 months.")


def test_a_quote_that_has_expired_says_so_and_makes_a_new_one(ada: AtHerDesk) -> None:
    page = ada.desk(ada.plan())
    choose(page, "Pay off the rest")
    title(page, "Pay off EUR 600.00")
    Quote.objects.filter(merchant_id=ada.clay.merchant.id).update(
        expires_at=clock.wall_now() - timedelta(minutes=1)
    )
    pay(page, "EUR 600.00")
    expect(page.get_by_role("status")).to_contain_text("This offer has expired. Nothing was charged.")
    looks_right(page)
    assert ada.clay.moved() == []
    page.get_by_role("button", name="See what it comes to now").click()
    pay(page, "EUR 600.00")
    expect(page.get_by_role("status")).to_contain_text(PAID)
    assert ada.clay.moved_minor() == 60000


def test_two_tabs_and_the_way_back_pay_once(ada: AtHerDesk) -> None:
    page = ada.desk(ada.plan())
    choose(page, "Pay off the rest")
    title(page, "Pay off EUR 600.00")
    same, other = page.context.new_page(), page.context.new_page()
    same.goto(page.url)
    other.goto(page.url)
    # Another quote over some of the same payments.
    other.get_by_role("link", name="Kiln", exact=True).click()
    choose(other, "Pay several at once")
    other.get_by_role("button", name="Go on").click()
    pay(page, "EUR 600.00")
    expect(page.get_by_role("status")).to_contain_text(PAID)
    pay(same, "EUR 600.00")
    expect(same.get_by_role("status")).to_contain_text(PAID)
    pay(other, "EUR 204.00")
    expect(other.get_by_role("status")).to_contain_text("changed meanwhile. Nothing was charged.")
    looks_right(other)
    page.go_back()
    page.reload()
    expect(page.get_by_role("status")).to_contain_text(PAID)
    assert ada.clay.moved_minor() == 60000


def test_it_works_without_javascript_and_with_many_fingers(ada: AtHerDesk) -> None:
    page = ada.desk(ada.plan(), java_script_enabled=False)
    choose(page, "Pay off the rest")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pay off EUR 600.00")
    assert press_at_once(page, page.locator("form.form"), fingers=6) == {303}
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("EUR 600.00")
    assert ada.clay.moved_minor() == 60000


def test_the_keyboard_alone_pays_the_rest(ada: AtHerDesk) -> None:
    page = ada.desk(ada.plan())
    page.get_by_role("button", name="Pay off the rest").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pay off EUR 600.00")
    expect(page.get_by_role("button", name="Pay EUR 600.00 now")).to_be_visible()
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Pay EUR 600.00 now")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(PAID)


def test_what_the_merchant_does_not_allow_is_not_shown(ada: AtHerDesk) -> None:
    set_policies(
        merchant_id=ada.clay.merchant.id, given={"pay_off": "no", "pay_several": "no", "pay_next": "no"}
    )
    plan = ada.plan()
    page = ada.desk(plan)
    for words in ("Pay off the rest", "Pay several at once", "Pay the next one now"):
        is_not_offered(page, words)
    page.goto(f"{ada.portal}/subscriptions/{plan.public_id}/several")
    expect(page.get_by_role("status")).to_contain_text("no payments here that could be made together")
    looks_right(page)
