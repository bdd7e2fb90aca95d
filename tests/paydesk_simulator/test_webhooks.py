"""Webhooks of the company: signed, delivered until they are taken, and gone wrong on demand."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.simulator import Json, SimulatedAccount


@dataclass
class Inbox:
    """A merchant's address that takes webhooks. `refusals` are answered with 500 first."""

    url: str = ""
    refusals: int = 0
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)

    def kinds(self) -> list[str]:
        """Give what was told, in the order of its coming."""
        return [json.loads(body)["kind"] for body in self.bodies]

    def wait_for(self, count: int, *, seconds: float = 10) -> list[Json]:
        """Wait until so many have come."""
        wait_until(lambda: len(self.bodies) >= count, seconds=seconds)
        return [json.loads(body) for body in self.bodies]


def wait_until(done: Callable[[], bool], *, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.01)


@contextmanager
def listening() -> Iterator[Inbox]:
    inbox = Inbox()

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            refused = inbox.refusals > 0
            inbox.refusals -= refused
            if not refused:
                inbox.bodies.append(body)
                inbox.signatures.append(self.headers.get("Simulated-Signature", ""))
            self.send_response(500 if refused else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *values: object) -> None:  # noqa: A002  the base class calls it so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    inbox.url = f"http://127.0.0.1:{server.server_port}/"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield inbox
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def inbox(account: SimulatedAccount) -> Iterator[Inbox]:
    with listening() as taker:
        account.send_webhooks_to(taker.url)
        yield taker


def new_customer(account: SimulatedAccount, number: int = 1) -> str:
    made = account.api("/customers", key=f"customer-{number}", email=f"c{number}@example.com", name="C")
    return str(made["id"])


def test_a_webhook_is_signed_over_time_and_body(account: SimulatedAccount, inbox: Inbox) -> None:
    customer = new_customer(account)
    words = inbox.wait_for(1)[0]
    assert words["kind"] == "customer.created"
    assert words["object"] == {"type": "customer", "id": customer}
    stamp, _, digest = inbox.signatures[0].removeprefix("t=").partition(",v1=")
    signed = f"{stamp}.".encode() + inbox.bodies[0]
    assert hmac.new(account.webhook_secret.encode(), signed, hashlib.sha256).hexdigest() == digest


def test_a_webhook_that_is_refused_comes_again(account: SimulatedAccount, inbox: Inbox) -> None:
    inbox.refusals = 2
    new_customer(account)
    inbox.wait_for(1)
    wait_until(lambda: account.deliveries()[0]["status"] == "delivered")
    assert account.deliveries()[0]["tries"] == 3


@pytest.mark.parametrize("order", ["kept", "reversed"])
def test_webhooks_are_held_back_and_released_in_an_order(
    account: SimulatedAccount, inbox: Inbox, order: str
) -> None:
    account.control("/deliveries", held=True)
    made = [new_customer(account, number) for number in range(4)]
    time.sleep(0.3)
    assert inbox.bodies == []
    assert account.control("/deliveries/release", order=order) == {"released": 4}
    told = [words["object"]["id"] for words in inbox.wait_for(4)]
    assert told == (made if order == "kept" else made[::-1])


def test_webhooks_come_twice_when_asked(account: SimulatedAccount, inbox: Inbox) -> None:
    account.control("/deliveries", copies=2)
    new_customer(account)
    ids = [words["id"] for words in inbox.wait_for(2)]
    assert ids[0] == ids[1]


def test_webhooks_come_late_when_asked(account: SimulatedAccount, inbox: Inbox) -> None:
    account.control("/deliveries", delay_milliseconds=600)
    began = time.monotonic()
    new_customer(account)
    inbox.wait_for(1)
    assert time.monotonic() - began > 0.5


@pytest.mark.parametrize("forgery", ["other_secret", "old_timestamp", "changed_body", "no_signature"])
def test_webhooks_are_forged_when_asked(account: SimulatedAccount, inbox: Inbox, forgery: str) -> None:
    new_customer(account)
    inbox.wait_for(1)
    event = account.events()[0]["id"]
    account.control(f"/events/{event}", forgery=forgery)
    inbox.wait_for(2)
    stamp, _, digest = inbox.signatures[1].removeprefix("t=").partition(",v1=")
    signed = f"{stamp}.".encode() + inbox.bodies[1]
    honest = hmac.new(account.webhook_secret.encode(), signed, hashlib.sha256).hexdigest() == digest
    too_old = bool(stamp) and time.time() - int(stamp) > 300
    assert not honest or too_old


def test_a_payment_tells_of_the_charge_and_of_its_bill(account: SimulatedAccount, inbox: Inbox) -> None:
    customer = new_customer(account)
    account.method(customer)
    bill = account.bill(customer)
    wait_until(lambda: "bill.paid" in inbox.kinds())
    assert inbox.kinds() == [
        "customer.created",
        "method.saved",
        "bill.created",
        "charge.succeeded",
        "bill.paid",
    ]
    charge = json.loads(inbox.bodies[3])["object"]
    assert charge["bill"] == bill["id"]
