"""What a bank answers to several payments at once, or to one before its day: a no, nothing yet, a question."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.payments.models import Attempt
from paydesk.kit import clock
from tests.billing.charging.scene import collecting
from tests.journeys.installation import Installation
from tests.journeys.looks import looks_right
from tests.journeys.plans.steps import AtHerDesk, choose, until
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def poor(simulator: Simulator, installation: Installation, new_context: Any) -> AtHerDesk:
    """Her one card (0604) has not enough money on it."""
    clay = collecting(simulator, card="insufficient_funds")
    return AtHerDesk(clay=clay, installation=installation, new_context=new_context)


def pay_off(page: Page) -> None:
    """Ask what the rest comes to, and press the one button that moves money."""
    choose(page, "Pay off the rest")
    page.get_by_role("button", name="Pay EUR 600.00 now").click()


def test_a_no_to_all_that_remains_leaves_every_payment_what_it_was(poor: AtHerDesk) -> None:
    plan = poor.plan()
    page = poor.desk(plan)
    pay_off(page)
    expect(page.get_by_role("status")).to_contain_text("not enough funds. Nothing was charged.")
    expect(page.get_by_role("status")).to_contain_text("are what they were before")
    looks_right(page)
    page.get_by_role("link", name="Go to the payment plan").click()
    expect(page.get_by_role("region", name="Still to pay").get_by_role("listitem")).to_have_count(6)
    expect(page.get_by_role("main")).not_to_contain_text("Overdue")
    looks_right(page)
    assert poor.clay.moved() == []


def test_a_no_before_the_day_makes_nothing_overdue(poor: AtHerDesk) -> None:
    page = poor.desk(poor.plan())
    choose(page, "Pay the next one now")
    page.get_by_role("button", name="Pay EUR 102.00 now").click()
    expect(page.get_by_role("status")).to_contain_text("not enough funds. Nothing was charged.")
    expect(page.get_by_role("status")).to_contain_text("It is not overdue")
    looks_right(page)
    page.goto(f"{poor.portal}/")
    expect(page.get_by_role("main")).not_to_contain_text("needs you")


def test_a_no_on_the_day_is_overdue_and_can_be_paid(poor: AtHerDesk) -> None:
    plan = poor.plan()
    page = poor.desk(plan)
    poor.days_pass(11)
    poor.becomes(plan, 1, "failed")
    page.goto(f"{poor.portal}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("One payment needs you")
    expect(page.get_by_role("article")).to_contain_text("Payment 1 of 6")
    looks_right(page)
    page.goto(f"{poor.portal}/subscriptions/{plan.public_id}")
    expect(page.get_by_role("main")).to_contain_text("EUR 102.00 was due on")
    looks_right(page)
    page.get_by_role("link", name="Pay EUR 102.00 now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pay EUR 102.00")


def test_no_answer_is_being_checked_and_never_failed(ada: AtHerDesk) -> None:
    plan = ada.plan()
    page = ada.desk(plan)
    ada.clay.account.fault("lost_after", operation="charge.confirm")
    ada.clay.account.fault("error_before", operation="charge.find", times=50)
    ada.clay.account.fault("error_before", operation="charge.read", times=50)
    pay_off(page)
    expect(page.get_by_role("status")).to_contain_text("We are checking with your bank.")
    looks_right(page)
    for path in ("/", "/upcoming", f"/subscriptions/{plan.public_id}"):
        page.goto(f"{ada.portal}{path}")
        expect(page.get_by_role("main")).to_contain_text("hecking")
        expect(page.get_by_role("main")).not_to_contain_text("ailed")
        looks_right(page)
    assert len(ada.clay.moved()) == 1
    ada.clay.account.no_faults()
    attempts = Attempt.objects.filter(merchant_id=ada.clay.merchant.id)
    attempts.update(due_at=clock.wall_now())
    until(lambda: attempts.get().state == "succeeded", "the company answers")
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("Paid off")
    assert ada.clay.moved_minor() == 60000
