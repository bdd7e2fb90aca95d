"""The double's webhooks: signed by a chain that our own check accepts, delivered, doubled, turned round, or lost."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from paydesk.gateways.contract import BadSignature
from paydesk.gateways.paypal.requests import Line
from paydesk.gateways.paypal.signature import verified
from tests.paypal_account import PayPalAccount

pytestmark = pytest.mark.contracts

Received = list[tuple[dict[str, str], bytes]]


@contextmanager
def endpoint() -> Iterator[tuple[str, Received]]:
    """Take webhooks at an address of this machine."""
    received: Received = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", received
    finally:
        server.shutdown()
        server.server_close()


def wait_for(received: Received, count: int) -> list[str]:
    """Name what came, once it is so many."""
    deadline = time.monotonic() + 10
    while len(received) < count and time.monotonic() < deadline:
        time.sleep(0.01)
    return [json.loads(body)["event_type"] for _headers, body in received]


def pause_and_go_on(account: PayPalAccount, subscription: str) -> None:
    path = f"/v1/billing/subscriptions/{subscription}"
    account.api("POST", f"{path}/suspend", {"reason": "A pause"})
    account.api("POST", f"{path}/activate", {"reason": "Back"})


def test_what_is_delivered_is_signed_so_that_we_believe_it(paypal_account: PayPalAccount) -> None:
    subscription = paypal_account.subscription()
    with endpoint() as (url, received):
        paypal_account.send_webhooks_to(url)
        pause_and_go_on(paypal_account, subscription)
        told = wait_for(received, 2)

    assert told == ["BILLING.SUBSCRIPTION.SUSPENDED", "BILLING.SUBSCRIPTION.RE-ACTIVATED"]
    headers, body = received[0]
    settings = paypal_account.settings()
    assert verified(body=body, headers=headers, settings=settings, line=Line(settings)).kind == told[0]
    with pytest.raises(BadSignature):
        verified(body=body + b" ", headers=headers, settings=settings, line=Line(settings))


def test_a_signature_of_another_webhook_or_of_long_ago_is_not_believed(paypal_account: PayPalAccount) -> None:
    settings, body = paypal_account.settings(), b'{"id": "WH-1", "event_type": "SOME.KIND", "resource": {}}'
    long_ago = paypal_account.now() - timedelta(hours=1)

    for headers in (
        paypal_account.signed(body, webhook_id="ANOTHER"),
        paypal_account.signed(body, at=long_ago),
    ):
        with pytest.raises(BadSignature):
            verified(body=body, headers=headers, settings=settings, line=Line(settings))


def test_paypals_own_verification_takes_the_event_as_it_came(paypal_account: PayPalAccount) -> None:
    body = b'{"id":"WH-1",  "event_type":"SOME.KIND", "resource":{"a":[1, 2]}}'
    headers = paypal_account.signed(body)
    asked = {
        name: headers[f"paypal-{name.replace('_', '-')}"]
        for name in ("auth_algo", "cert_url", "transmission_id", "transmission_sig", "transmission_time")
    } | {"webhook_id": paypal_account.webhook_id}
    line = Line(paypal_account.settings())

    def verdict(event: bytes) -> object:
        whole = json.dumps(asked).encode().removesuffix(b"}") + b', "webhook_event": ' + event + b"}"
        path = ("v1", "notifications", "verify-webhook-signature")
        return line.ask(*path, body=whole)["verification_status"]

    assert verdict(body) == "SUCCESS"
    assert verdict(body.replace(b"[1, 2]", b"[1,2]")) == "FAILURE"


@pytest.mark.parametrize(
    ("delivery", "told"),
    [
        ("doubled", ["SUSPENDED", "SUSPENDED", "RE-ACTIVATED", "RE-ACTIVATED"]),
        ("off", []),
    ],
)
def test_delivery_is_as_the_test_wants_it(
    paypal_account: PayPalAccount, delivery: str, told: list[str]
) -> None:
    subscription = paypal_account.subscription()
    with endpoint() as (url, received):
        paypal_account.send_webhooks_to(url, delivery=delivery)
        pause_and_go_on(paypal_account, subscription)
        found = wait_for(received, len(told))

    assert found == [f"BILLING.SUBSCRIPTION.{kind}" for kind in told]


def test_what_happens_at_once_may_come_the_last_first(paypal_account: PayPalAccount) -> None:
    subscription = paypal_account.subscription(cycles=1, days_since=12)
    with endpoint() as (url, received):
        paypal_account.send_webhooks_to(url, delivery="reversed")
        paypal_account.set_funding(subscription, "declined")
        paypal_account.advance(days=31)
        wait_for(received, 3)

    moments = [json.loads(body)["create_time"] for _headers, body in received]
    assert len(moments) > 1
    assert moments == sorted(moments, reverse=True)


def test_the_list_of_events_is_read_page_by_page_newest_first(paypal_account: PayPalAccount) -> None:
    subscription = paypal_account.subscription(cycles=1)
    for _ in range(4):
        pause_and_go_on(paypal_account, subscription)
    path, found = "/v1/notifications/webhooks-events?page_size=3", []
    while path:
        page = paypal_account.api("GET", path)[1]
        found += [event["id"] for event in page["events"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        path = following[0].removeprefix(paypal_account.url) if following else ""

    assert found == [event["id"] for event in reversed(paypal_account.events())]
    assert len(set(found)) == len(found)
