"""A customer moves a subscription from a wallet to a card: she reads what happens, presses once, and pays once."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.customers.models import Customer
from paydesk.notices.models import MailboxMessage
from tests.billing.moving.removal import Removal, removal
from tests.journeys.installation import Installation
from tests.journeys.looks import DESK, looks_right
from tests.journeys.plans.steps import choose, until
from tests.journeys.portal.customers import sign_in
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(simulator: Simulator) -> Removal:
    """Her studio is paid from a wallet, and she has a card at another company."""
    return removal(simulator, is_wallet=True)


def at_her_studio(ada: Removal, installation: Installation, context: Any) -> Page:
    """Sign in, and open the page of the studio."""
    portal = installation.portal(ada.shop.slug)
    who = Customer.objects.get(merchant_id=ada.shop.id, id=ada.studio.customer_id or 0)
    page: Page = sign_in(context, portal, ada.shop, who)
    page.goto(f"{portal}/subscriptions/{ada.studio.public_id}")
    return page


def time_passes(ada: Removal) -> None:
    """It is time to move it, here and at both companies; the worker does the rest."""
    hours = ada.until_it_acts()
    ada.old.account.advance(hours=hours)
    ada.vault.advance(hours=hours)
    ada.only_here(hours=hours)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_it_is_moved_from_a_wallet_to_a_card(
    ada: Removal, installation: Installation, new_context: Any, scripts: bool
) -> None:
    page = at_her_studio(ada, installation, new_context(java_script_enabled=scripts))
    choose(page, "Change what pays it")
    expect(page.get_by_role("main")).to_contain_text("decides which of your cards or banks it draws on")
    there = page.get_by_role("link", name="Open the page of Simulated company (billing)")
    expect(there).to_have_attribute("href", ada.studio.manage_url)
    if scripts:
        looks_right(page)
    page.get_by_role("button", name="See what changes").click()
    happens = page.get_by_role("region", name="What happens")
    expect(happens).to_contain_text("EUR 19.00 is charged on")
    expect(happens).to_contain_text("No period is paid twice.")
    if scripts:
        looks_right(page)
    page.get_by_role("button", name="Move it on").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("It is moved on")
    if scripts:
        looks_right(page)
    time_passes(ada)
    until(lambda: ada.move.state == "done", "the move")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("It is moved")
    expect(page.get_by_role("main")).to_contain_text("It has ended at Simulated company (billing).")
    if scripts:
        looks_right(page)
    page.get_by_role("link", name="See how it goes on").click()
    expect(page.get_by_role("main")).to_contain_text("Active")
    assert (ada.collected(), ada.charged(), ada.at_company()) == ([1900], [1900], "canceled")
    told = MailboxMessage.objects.filter(recipient="ada@example.com", title="Studio is paid another way now")
    until(lambda: told.count() == 1, "a letter")


def test_by_the_keyboard_it_is_asked_for_and_taken_back(
    ada: Removal, installation: Installation, new_context: Any
) -> None:
    page = at_her_studio(ada, installation, new_context(viewport=DESK))
    page.get_by_role("link", name="Change what pays it").press("Enter")
    page.get_by_role("button", name="See what changes").press("Enter")
    page.get_by_role("button", name="Move it on").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Until then nothing changes")
    page.get_by_role("button", name="Take it back").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("It stays as it is")
    looks_right(page)
    assert (ada.move.state, ada.charged(), ada.at_company()) == ("undone", [], "active")
