"""Where a company collects, its word alone counts: it ends there, later or at once, and that is taken back there."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.kit import clock
from paydesk.merchants.policies import set_policies
from tests.journeys.looks import looks_right
from tests.journeys.plans.steps import choose, until
from tests.journeys.portal.customers import Payer

pytestmark = pytest.mark.django_db(transaction=True)


def to_cancel(payer: Payer) -> Page:
    """Open the page that ends it."""
    page = payer.page()
    page.goto(f"{payer.portal}/subscriptions")
    page.get_by_role("link", name="Studio").click()
    choose(page, "Cancel")
    looks_right(page)
    return page


def at_company(payer: Payer) -> dict[str, Any]:
    """Ask the company how it stands."""
    [row] = payer.clay.account.api(f"/customers/{payer.clay.customer}/subscriptions")["rows"]
    return dict(row)


def test_it_ends_there_later_and_goes_on_there_after_all(payer: Payer) -> None:
    page = to_cancel(payer)
    page.get_by_role("button", name="Cancel on").click()
    expect(page.get_by_role("status")).to_contain_text("It ends on")
    looks_right(page)
    assert at_company(payer)["cancels_at"]
    choose(page, "Keep it after all")
    looks_right(page)
    page.get_by_role("button", name="Keep it after all").click()
    expect(page.get_by_role("status")).to_contain_text("It is not cancelled any more")
    assert at_company(payer)["cancels_at"] is None


def test_it_ends_there_at_once(payer: Payer) -> None:
    page = to_cancel(payer)
    page.get_by_role("button", name="Cancel now").click()
    expect(page.get_by_role("status")).to_contain_text("It has ended.")
    looks_right(page)
    assert at_company(payer)["status"] == "canceled"


def test_who_stays_for_less_pays_less_there(payer: Payer) -> None:
    given = {"cancel_offers": "too_expensive:discount", "discount_percent": "25", "discount_payments": "2"}
    set_policies(merchant_id=payer.clay.merchant.id, given=given)
    page = to_cancel(payer)
    page.get_by_label("Why do you cancel?").select_option("It costs too much")
    page.get_by_role("button", name="Cancel now").click()
    offer = page.get_by_role("region", name="Pay less instead?")
    expect(offer).to_contain_text("The next 2 payments cost EUR 14.25 each instead of EUR 19.00.")
    looks_right(page)
    page.get_by_role("button", name="Keep it for EUR 14.25").click()
    expect(page.get_by_role("status")).to_contain_text("It goes on, and costs less from")
    expect(page.get_by_role("main")).to_contain_text("EUR 14.25")
    looks_right(page)
    assert (at_company(payer)["discount_percent"], at_company(payer)["coming_minor"]) == (25, 1425)
    choose(page, "Cancel")
    page.get_by_label("Why do you cancel?").select_option("It costs too much")
    page.get_by_role("button", name="Cancel now").click()
    expect(page.get_by_role("status")).to_contain_text("It has ended.")


def test_a_company_that_does_not_answer_is_asked_again_and_nothing_is_said_to_have_ended(
    payer: Payer,
) -> None:
    page = to_cancel(payer)
    payer.clay.account.fault("error_before", operation="subscription.cancel", times=3)
    page.get_by_role("button", name="Cancel now").click()
    expect(page.get_by_role("status")).to_contain_text("We are asking the payment company to end it.")
    expect(page.get_by_role("main")).not_to_contain_text("has ended")
    looks_right(page)
    wishes = ScheduledAction.objects.filter(merchant_id=payer.clay.merchant.id)
    wishes.update(due_at=clock.wall_now())
    until(lambda: wishes.values_list("state", flat=True).get() == "done", "the worker asks again")
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("main")).to_contain_text("Canceled")
    assert at_company(payer)["status"] == "canceled"
