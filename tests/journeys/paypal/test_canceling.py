"""PayPal ends an agreement at once or not at all: an end for later is kept here, and can be taken back until then."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.commands import Commands
from tests.journeys.harbor import open_subscription, sign_in
from tests.journeys.looks import looks_right
from tests.journeys.paypal.books import Books
from tests.journeys.plans.steps import choose
from tests.paypal_account import PayPalAccount

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.contracts]


@pytest.fixture
def paid_up(paypal_account: PayPalAccount, commands: Commands) -> Books:
    """Ada has paid every month so far."""
    plan = paypal_account.plan(name="Pro, monthly", minor=1900)
    subscription = paypal_account.subscription(plan, cycles=3)
    paypal_account.send_webhooks_to(
        commands.connect("paypal-subscriptions", paypal_account.settings(), name="PayPal")
    )
    commands.take_over("PayPal")
    return Books(account=paypal_account, subscription=subscription, installation=commands.installation)


def test_it_ends_with_what_is_paid_and_goes_on_after_all(page: Page, paid_up: Books) -> None:
    sign_in(page, paid_up.portal, greeting="Everything is paid")
    open_subscription(page, paid_up.portal)
    looks_right(page)
    choose(page, "Cancel")
    looks_right(page)
    page.get_by_role("button", name="Cancel on").click()
    expect(page.get_by_role("status")).to_contain_text("It ends on")
    looks_right(page)
    assert paid_up.at_paypal()["status"] == "ACTIVE"
    assert paid_up.agreement().held_end_at == paid_up.agreement().next_payment_at
    choose(page, "Keep it after all")
    page.get_by_role("button", name="Keep it after all").click()
    expect(page.get_by_role("status")).to_contain_text("It is not cancelled any more")
    assert paid_up.agreement().held_end_at is None
    assert paid_up.at_paypal()["status"] == "ACTIVE"


def test_it_ends_at_once_and_for_good(page: Page, paid_up: Books) -> None:
    sign_in(page, paid_up.portal, greeting="Everything is paid")
    open_subscription(page, paid_up.portal)
    choose(page, "Cancel")
    page.get_by_role("button", name="Cancel now").click()
    expect(page.get_by_role("status")).to_contain_text("It has ended.")
    looks_right(page)
    assert paid_up.at_paypal()["status"] == "CANCELLED"


def test_it_was_cancelled_at_paypal_and_the_portal_says_so(page: Page, paid_up: Books) -> None:
    """The webhook never came; whoever looks after the next reading sees it."""
    sign_in(page, paid_up.portal, greeting="Everything is paid")
    paid_up.account.send_webhooks_to("", delivery="off")
    paid_up.account.end_at_paypal(paid_up.subscription)
    open_subscription(page, paid_up.portal)
    choose(page, "Cancel")
    page.get_by_role("button", name="Cancel on").click()
    expect(page.get_by_role("main")).to_contain_text("ended")
    looks_right(page)
    assert paid_up.agreement().state == "canceled"
