"""Our module for PayPal's card fields, in a real browser, with the double's version of PayPal's script and frames."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from paydesk.gateways.method_setup import MethodSetup, MethodSetupRequest
from paydesk.gateways.paypal import settings
from paydesk.gateways.paypal.gateway import VaultGateway
from tests.gateways.fields_page import Site, page, served
from tests.paypal_account import GOOD, NEEDS_3D_SECURE_TO_SAVE, PayPalAccount

pytestmark = pytest.mark.contracts
__all__ = ["page"]

MODULE = Path(settings.__file__).parent / "static" / "paypal" / "fields.js"


@pytest.fixture
def gateway(paypal_account: PayPalAccount) -> VaultGateway:
    return VaultGateway(paypal_account.settings(script_url=f"{paypal_account.url}/sdk/js"))


@pytest.fixture
def setup(gateway: VaultGateway) -> MethodSetup:
    customer = gateway.create_customer(email="", name="", key=str(uuid4())).reference
    back = "https://merchant.example/back"
    return gateway.begin_method_setup(
        MethodSetupRequest(key=str(uuid4()), customer_reference=customer, return_url=back)
    )


@pytest.fixture
def site(setup: MethodSetup, page: Page) -> Iterator[Site]:
    assert setup.fields
    with served(Site(setup.fields.values, MODULE)) as opened:
        page.goto(f"{opened.url}/card")
        expect(page.locator("[data-ready]")).to_have_count(1)
        yield opened


def enter(page: Page, number: str, *, code: str = "123", button: str = "Save and pay") -> None:
    for title, value in {"Card number": number, "Expiration date": "12/34", "Security code": code}.items():
        page.frame_locator(f"iframe[title='{title}']").locator("input").fill(value)
    page.get_by_role("button", name=button, exact=True).click()


@pytest.mark.parametrize(("button", "sent"), [("Save", "then=save"), ("Save and pay", "then=pay")])
def test_a_refused_card_is_said_on_the_page_and_a_good_one_sends_the_form_once(
    page: Page, site: Site, setup: MethodSetup, gateway: VaultGateway, button: str, sent: str
) -> None:
    enter(page, GOOD, code="1", button=button)
    expect(page.get_by_role("status")).to_contain_text("not accepted")
    expect(page.get_by_role("button", name=button, exact=True)).to_be_focused()
    assert site.sent == []
    enter(page, GOOD, button=button)
    expect(page.get_by_role("heading")).to_have_text("Sent")

    assert site.sent == [sent]
    saved = gateway.finish_method_setup(setup.reference).method
    assert saved
    assert saved.last_four == GOOD[-4:]


@pytest.mark.parametrize("passes", [True, False])
def test_a_3d_secure_step_is_passed_or_failed_above_the_page(
    page: Page, site: Site, setup: MethodSetup, gateway: VaultGateway, passes: bool
) -> None:
    enter(page, NEEDS_3D_SECURE_TO_SAVE)
    page.frame_locator("iframe[title='3-D Secure']").get_by_role("button").nth(0 if passes else 1).click()

    if passes:
        expect(page.get_by_role("heading")).to_have_text("Sent")
    else:
        expect(page.get_by_role("status")).to_contain_text("not accepted")
    assert bool(gateway.finish_method_setup(setup.reference).method) == passes == bool(site.sent)


def test_the_wallet_is_one_link_away_and_comes_back_saved(
    page: Page, site: Site, setup: MethodSetup, gateway: VaultGateway
) -> None:
    page.route("https://merchant.example/**", lambda route: route.fulfill(body="<h1>Back</h1>"))
    page.get_by_role("link", name="Use PayPal instead").click()
    page.get_by_role("button", name="Agree and continue").click()
    expect(page.get_by_role("heading")).to_have_text("Back")

    saved = gateway.finish_method_setup(setup.reference).method
    assert saved
    assert (saved.kind.value, saved.brand, saved.last_four) == ("wallet", "paypal", "")


def test_without_paypals_script_the_page_says_so(page: Page) -> None:
    with served(Site({"script-url": "/gone.js", "setup-token": "5C991763VB2781612"}, MODULE)) as site:
        page.goto(f"{site.url}/card")
        expect(page.get_by_role("status")).to_contain_text("could not be loaded")
        expect(page.get_by_role("link")).to_have_count(0)
