"""The same desk for a subscription that a company collects: what it allows is offered, and its word alone counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from tests.connected import connected
from tests.journeys.installation import Installation
from tests.journeys.looks import looks_right
from tests.journeys.plans.steps import choose, is_not_offered, until
from tests.journeys.portal.customers import Payer
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(simulator: Simulator, installation: Installation, new_context: Any) -> Payer:
    """Her card pays "Studio" every month; the company collects it."""
    clay = connected(simulator, card="good")
    clay.account.subscription(clay.customer, name="Studio")
    clay.take_over()
    return Payer(clay=clay, installation=installation, new_context=new_context)


def desk(ada: Payer) -> Page:
    """Open its page."""
    page = ada.page()
    page.goto(f"{ada.portal}/subscriptions")
    page.get_by_role("link", name="Studio").click()
    return page


def at_company(ada: Payer) -> str:
    """Ask the company how it stands."""
    [row] = ada.clay.account.api(f"/customers/{ada.clay.customer}/subscriptions")["rows"]
    return str(row["status"])


def pause(page: Page) -> None:
    """Pause it for thirty days."""
    choose(page, "Pause")
    looks_right(page)
    page.get_by_label("Until when").fill((clock.wall_now().date() + timedelta(days=30)).isoformat())
    page.get_by_role("button", name="See what changes").click()
    looks_right(page)
    page.get_by_role("button", name="Pause until").click()


def test_it_is_paused_there_and_goes_on_again(ada: Payer) -> None:
    page = desk(ada)
    for words in ("Pay several at once", "Move the next payment", "Skip the next payment"):
        is_not_offered(page, words)
    pause(page)
    expect(page.get_by_role("status")).to_contain_text("It is paused until")
    looks_right(page)
    assert at_company(ada) == "paused"
    choose(page, "Go on today")
    page.get_by_role("button", name="Go on today").click()
    expect(page.get_by_role("status")).to_contain_text("It goes on.")
    assert at_company(ada) == "active"


def test_a_company_that_does_not_answer_is_asked_again_and_the_page_says_so(ada: Payer) -> None:
    page = desk(ada)
    ada.clay.account.fault("error_before", operation="subscription.pause", times=3)
    pause(page)
    expect(page.get_by_role("status")).to_contain_text("We are asking the payment company to pause it.")
    expect(page.get_by_role("status")).not_to_contain_text("It is paused")
    looks_right(page)
    wishes = ScheduledAction.objects.filter(merchant_id=ada.clay.merchant.id)
    wishes.update(due_at=clock.wall_now())
    until(lambda: wishes.values_list("state", flat=True).get() == "done", "the worker asks again")
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("main")).to_contain_text("Paused")
    assert Subscription.objects.get(merchant_id=ada.clay.merchant.id).state == "paused"
    assert at_company(ada) == "paused"
