"""Our module for PayPal's card fields, in a real browser, with the double's version of PayPal's script and frames."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from paydesk.gateways.method_setup import MethodSetup, MethodSetupRequest
from paydesk.gateways.paypal import settings
from paydesk.gateways.paypal.gateway import VaultGateway
from tests.paypal_account import GOOD, NEEDS_3D_SECURE_TO_SAVE, PayPalAccount

pytestmark = pytest.mark.contracts
MODULE = Path(settings.__file__).parent / "static" / "paypal" / "fields.js"


@dataclass
class Site:
    """A page as the portal makes it, with nothing inline, on a server of its own."""

    values: Mapping[str, str]
    sent: list[str] = field(default_factory=list)
    url: str = ""

    def html(self) -> str:
        values = " ".join(f'data-{name}="{escape(value)}"' for name, value in self.values.items())
        return (
            "<!doctype html><title>Card</title><form method='post' action='/saved'>"
            f"<div data-hosted-fields data-label='Card' {values}></div>"
            "<button name='then' value='save'>Save</button>"
            "<button name='then' value='pay'>Save and pay</button></form>"
            "<script type='module' src='/fields.js'></script>"
        )


@contextmanager
def served(site: Site) -> Iterator[Site]:
    """Serve the page, our module, and a place for the form to go."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/fields.js":
                self._answer(MODULE.read_bytes(), "text/javascript")
            elif self.path == "/card":
                self._answer(site.html().encode(), "text/html")
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            site.sent.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._answer(b"<h1>Sent</h1>", "text/html")

        def log_message(self, *_words: object) -> None:
            pass

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        site.url = f"http://127.0.0.1:{server.server_port}"
        yield site
        server.shutdown()


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    opened = chrome.new_page()
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()


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
    with served(Site(setup.fields.values)) as opened:
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
    with served(Site({"script-url": "/gone.js", "setup-token": "5C991763VB2781612"})) as site:
        page.goto(f"{site.url}/card")
        expect(page.get_by_role("status")).to_contain_text("could not be loaded")
        expect(page.get_by_role("link")).to_have_count(0)
