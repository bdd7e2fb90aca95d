"""The double's version of PayPal's JS SDK, in a real browser: frames of another origin keep the card to themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.paypal_account import (
    GOOD,
    NEEDS_3D_SECURE_TO_SAVE,
    PayPalAccount,
)

pytestmark = pytest.mark.contracts

MERCHANTS_PAGE = """<!doctype html><title>Card</title>
<div id="number"></div><div id="expiry"></div><div id="cvv"></div><button>Save</button><output></output>
<script src="{script}"></script>
<script>
  const said = (words) => {{ document.querySelector("output").textContent = words; }};
  const fields = paypal.CardFields({{
    createVaultSetupToken: async () => "{token}",
    onApprove: async (data) => said(`approved ${{data.vaultSetupToken}}`),
    onCancel: () => said("cancelled"),
    onError: (error) => said(`error ${{error.message}}`),
  }});
  fields.NumberField({{ placeholder: "Number" }}).render("#number");
  fields.ExpiryField().render("#expiry");
  fields.CVVField().render(document.querySelector("#cvv"));
  document.querySelector("button").addEventListener("click", () => fields.submit().catch(() => undefined));
</script>"""


@contextmanager
def served(page: str) -> Iterator[str]:
    """Serve one page at an origin of its own."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_words: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def setup(paypal_account: PayPalAccount) -> str:
    body = {"customer": {"id": "customer_1"}, "payment_source": {"card": {}}}
    return str(paypal_account.api("POST", "/v3/vault/setup-tokens", body, key="setup")[1]["id"])


@pytest.fixture
def page(chrome: Browser, paypal_account: PayPalAccount, setup: str) -> Iterator[Page]:
    """Open the merchant's page with the fields."""
    script = f"{paypal_account.url}/sdk/js?client-id={paypal_account.client_id}&components=card-fields"
    with served(MERCHANTS_PAGE.format(script=script, token=setup)) as address:
        context = chrome.new_context()
        found = context.new_page()
        found.goto(address)
        yield found
        context.close()


def enter(page: Page, number: str, *, cvv: str = "123") -> None:
    page.frame_locator("#number iframe").get_by_label("Card number").fill(number)
    page.frame_locator("#expiry iframe").get_by_label("Expiration date").fill("12/34")
    page.frame_locator("#cvv iframe").get_by_label("Security code").fill(cvv)
    page.get_by_role("button", name="Save").click()


def status(account: PayPalAccount, setup: str) -> str:
    return str(account.api("GET", f"/v3/vault/setup-tokens/{setup}")[1]["status"])


def test_a_card_that_is_none_is_an_error_and_another_may_follow(
    page: Page, paypal_account: PayPalAccount, setup: str
) -> None:
    enter(page, "1234 5678")
    expect(page.locator("output")).to_have_text("error INVALID_NUMBER")
    enter(page, GOOD, cvv="x")
    expect(page.locator("output")).to_have_text("error INVALID_CVV")
    assert status(paypal_account, setup) == "CREATED"

    enter(page, "4111 1111 1111 1111")

    expect(page.locator("output")).to_have_text(f"approved {setup}")
    source = paypal_account.api("GET", f"/v3/vault/setup-tokens/{setup}")[1]["payment_source"]
    assert source == {"card": {"last_digits": "1111", "brand": "VISA", "expiry": "2034-12"}}


def test_a_bank_asks_above_the_page(page: Page, paypal_account: PayPalAccount, setup: str) -> None:
    enter(page, NEEDS_3D_SECURE_TO_SAVE)
    bank = page.frame_locator('iframe[title="3-D Secure"]')
    bank.get_by_role("button", name="Cancel").click()
    expect(page.locator("output")).to_have_text("cancelled")
    assert status(paypal_account, setup) == "PAYER_ACTION_REQUIRED"

    page.get_by_role("button", name="Save").click()
    bank.get_by_role("button", name="Agree").click()

    expect(page.locator("output")).to_have_text(f"approved {setup}")
    assert status(paypal_account, setup) == "APPROVED"


def test_the_merchants_page_cannot_read_what_is_entered(page: Page) -> None:
    enter(page, GOOD)
    expect(page.locator("output")).to_contain_text("approved")

    assert page.evaluate("document.querySelector('#number iframe').contentDocument") is None
