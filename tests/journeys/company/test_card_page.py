"""The company's pages in a real browser: usable by everybody, on a phone, light and dark, with scripts switched off."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.looks import looks_right
from tests.simulator import Json, SimulatedAccount, Simulator


@pytest.fixture
def account(simulator: Simulator) -> SimulatedAccount:
    return simulator.account("billing", name="Fernwood Coffee")


@pytest.fixture
def setup(account: SimulatedAccount) -> Json:
    back = f"{account.simulator.url}/pages/back"
    return account.api("/setups", key="setup", customer=account.customer(), return_url=back)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages_on_a_phone(new_context: Any, setup: Json, scheme: str) -> None:
    page = new_context(color_scheme=scheme).new_page()
    page.goto(setup["page_url"])
    page.get_by_text("Test cards", exact=True).click()
    looks_right(page)
    page.get_by_role("button", name="Save card").click()
    looks_right(page)
    page.goto(f"{setup['page_url']}?card=4242424200002303")
    page.get_by_role("button", name="Save card").click()
    assert page.get_by_role("alert").inner_text().startswith("Your bank declined this card")
    looks_right(page)
    page.goto(f"{setup['page_url']}?card=4242424200000109")
    page.get_by_role("button", name="Save card").click()
    looks_right(page)


def test_a_card_is_saved_with_scripts_switched_off(
    new_context: Any, account: SimulatedAccount, setup: Json
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(setup["page_url"])
    page.get_by_text("Test cards", exact=True).click()
    page.get_by_role("link", name="4242 4242 0000 0109").click()
    page.get_by_role("button", name="Save card").click()
    page.get_by_role("button", name="Confirm").click()
    expect(page).to_have_url(re.compile("/pages/back$"))
    assert account.api(f"/setups/{setup['id']}")["method"]["last_four"] == "0109"
