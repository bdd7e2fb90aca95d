"""Our module for the card fields, in a real browser, with localstripe's own version of Stripe.js.

It proves the wiring and what is said, never the isolation of real frames: localstripe puts plain inputs into the page.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from paydesk.gateways.method_setup import MethodSetup, MethodSetupRequest
from paydesk.gateways.stripe import settings
from paydesk.gateways.stripe.gateway import StripeGateway
from tests.gateways.fields_page import Site, page, served
from tests.stripe_scene import DECLINED_WHEN_ENTERED, GOOD, NEEDS_3D_SECURE, StripeScene

__all__ = ["page"]

MODULE = Path(settings.__file__).parent / "static" / "stripe" / "fields.js"


@pytest.fixture
def setup(gateway: StripeGateway, stripe_scene: StripeScene) -> MethodSetup:
    customer = stripe_scene.customer()
    return gateway.begin_method_setup(
        MethodSetupRequest(key=f"s-{customer}", customer_reference=customer, return_url="")
    )


@pytest.fixture
def site(setup: MethodSetup, page: Page) -> Iterator[Site]:
    assert setup.fields
    with served(Site(setup.fields.values, MODULE)) as opened:
        page.goto(f"{opened.url}/card")
        yield opened


def fill(page: Page, number: str) -> None:
    for name, value in {"number": number, "exp_month": "12", "exp_year": "34", "cvc": "123"}.items():
        page.get_by_placeholder(name, exact=True).fill(value)


def enter(page: Page, number: str) -> None:
    fill(page, number)
    page.get_by_role("button", name="Save and pay").click()


def hold(page: Page, pattern: str) -> list[Route]:
    """Keep what the page asks for until the test lets it go on."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(pattern, keep)
    return held


def test_a_refused_card_is_said_on_the_page_and_a_good_one_sends_the_form_once(
    page: Page, site: Site, setup: MethodSetup, gateway: StripeGateway
) -> None:
    enter(page, DECLINED_WHEN_ENTERED)
    expect(page.get_by_role("status")).to_contain_text("declined")
    assert site.sent == []
    enter(page, GOOD)
    expect(page.get_by_role("heading")).to_have_text("Sent")

    assert site.sent == ["then=pay"]
    assert gateway.finish_method_setup(setup.reference).method


@pytest.mark.parametrize("passes", [True, False])
def test_a_3d_secure_step_is_passed_or_failed_on_the_page(
    page: Page, site: Site, setup: MethodSetup, gateway: StripeGateway, passes: bool
) -> None:
    enter(page, NEEDS_3D_SECURE)
    page.get_by_role("button", name="Complete authentication" if passes else "Fail authentication").click()

    if passes:
        expect(page.get_by_role("heading")).to_have_text("Sent")
    else:
        expect(page.get_by_role("status")).to_contain_text("authentication failed")
    finished = gateway.finish_method_setup(setup.reference)
    assert bool(finished.method) == passes == bool(site.sent)
    assert bool(finished.refusal) != passes


@pytest.mark.parametrize(("button", "sent"), [("Save", "then=save"), ("Save and pay", "then=pay")])
def test_the_button_that_was_pressed_sends_the_form(page: Page, site: Site, button: str, sent: str) -> None:
    fill(page, GOOD)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("heading")).to_have_text("Sent")

    assert site.sent == [sent]


def test_while_a_card_is_saved_no_button_works_and_after_a_refusal_all_do(
    page: Page, site: Site, setup: MethodSetup
) -> None:
    held = hold(page, "**/v1/setup_intents/*/confirm")
    with page.expect_request("**/v1/setup_intents/*/confirm"):
        enter(page, DECLINED_WHEN_ENTERED)
    for name in ("Save", "Save and pay"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_disabled()
    held[0].continue_()

    expect(page.get_by_role("status")).to_contain_text("declined")
    for name in ("Save", "Save and pay"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_enabled()
    expect(page.get_by_role("button", name="Save and pay")).to_be_focused()
    assert site.sent == []


def test_a_form_is_not_sent_before_the_fields_are_there(page: Page, setup: MethodSetup) -> None:
    assert setup.fields
    held = hold(page, "**/js.stripe.com/**")
    with served(Site(setup.fields.values, MODULE)) as site:
        with page.expect_request("**/js.stripe.com/**"):
            page.goto(f"{site.url}/card", wait_until="domcontentloaded")
        page.get_by_role("button", name="Save and pay").click()
        expect(page.get_by_role("button", name="Save and pay")).to_be_disabled()
        held[0].abort()

        expect(page.get_by_role("status")).to_contain_text("Please try again")
        assert site.sent == []


def test_fields_that_come_with_another_page_are_shown_too(
    page: Page, site: Site, setup: MethodSetup, gateway: StripeGateway
) -> None:
    """Pages of ours are swapped without a load: the form goes, and comes back with new fields."""
    expect(page.get_by_placeholder("number", exact=True)).to_be_visible()
    page.evaluate(
        """async () => {
            const told = await (await fetch("/card")).text();
            const next = new DOMParser().parseFromString(told, "text/html");
            document.querySelector("form").remove();
            await new Promise((done) => setTimeout(done, 50));
            document.body.prepend(next.querySelector("form"));
        }"""
    )
    expect(page.get_by_placeholder("number", exact=True)).to_have_count(1)
    enter(page, GOOD)
    expect(page.get_by_role("heading")).to_have_text("Sent")

    assert site.sent == ["then=pay"]
    assert gateway.finish_method_setup(setup.reference).method


def test_without_stripes_script_the_page_says_so(page: Page) -> None:
    values = {"script-url": "/gone.js", "publishable-key": "pk", "client-secret": "s"}

    with served(Site(values, MODULE)) as site:
        page.goto(f"{site.url}/card")
        expect(page.get_by_role("status")).to_contain_text("could not be loaded")
