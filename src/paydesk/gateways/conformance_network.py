"""The exam about bad lines: whatever is not a clear answer is doubt, and never a decline (R6).

A company that answers oddly is played by a small server in this process; the gateway is pointed at it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from paydesk.gateways.conformance_scene import AMOUNT, ExamScene, cases, expect, refusal
from paydesk.gateways.contract import ChargeQuery, Gateway, GatewayBusy, GatewayUnreachable, PreparedCharge

_TIMEOUT = timedelta(milliseconds=300)
_PATIENCE = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Oddity:
    """A way of not answering clearly. A `status` of 0 hangs up; `hangs` says nothing at all."""

    words: str
    status: int = 0
    body: bytes = b""
    hangs: bool = False
    retry_after: int = 0  # seconds


ODDITIES = (
    Oddity("it hung up without a word"),
    Oddity("it answered 500", 500, b'{"error": {"code": "broken", "message": "Broken."}}'),
    Oddity("it answered 502 with a page", 502, b"<html>Bad gateway</html>"),
    Oddity("it answered 409", 409, b'{"error": {"code": "key_in_use", "message": "In use."}}'),
    Oddity("it answered 429", 429, b'{"error": {"code": "busy", "message": "Busy."}}'),
    Oddity("it answered 200 with a page", 200, b"<html>Welcome</html>"),
    Oddity("it answered 200 with an empty object", 200, b"{}"),
    Oddity("it answered 302", 302, b""),
    Oddity("it said nothing at all", hangs=True),
)


def an_unclear_answer_to_a_charge_is_doubt(scene: ExamScene) -> None:
    """Every oddity raises GatewayUnreachable when money was asked for."""
    for case in cases(scene, scene.good_method):
        prepared = scene.gateway.prepare_charge(case.request)
        for oddity in ODDITIES:
            with odd_company(scene, oddity) as gateway:
                _expect_doubt(gateway, prepared, f"{case.way}: {oddity.words}")
        case.expect_taken([], "nothing of what was asked got to the company")


def an_unclear_answer_to_a_look_up_is_doubt(scene: ExamScene) -> None:
    """A look-up that fails must not be taken for "the company never got the ask": that would charge again."""
    query = ChargeQuery(reference="odd-1", tag="odd-tag", asked_at=scene.settings.now() - timedelta(days=7))
    for oddity in ODDITIES:
        with odd_company(scene, oddity) as gateway:
            words = f"a look-up, and {oddity.words}: that has to raise GatewayUnreachable"
            refusal(GatewayUnreachable, partial(gateway.find_charge, query), words)


def an_unclear_answer_to_reading_is_doubt(scene: ExamScene) -> None:
    """What cannot be read is not "gone": only a clear no such thing is None."""
    reference = scene.paid(scene.customer(), AMOUNT)
    for oddity in ODDITIES:
        with odd_company(scene, oddity) as gateway:
            words = f"reading, and {oddity.words}: that has to raise GatewayUnreachable"
            refusal(GatewayUnreachable, partial(gateway.read_collectible, reference), words)


def a_company_that_is_busy_is_left_alone_for_as_long_as_it_says(scene: ExamScene) -> None:
    """429 with a Retry-After raises GatewayBusy, which knows how long; without one it has a guess of its own."""
    for said in (7, 0):
        with odd_company(scene, Oddity("it answered 429", 429, b"{}", retry_after=said)) as gateway:
            raised = refusal(GatewayBusy, gateway.check, "a 429 has to raise GatewayBusy")
        wait = raised.retry_after if isinstance(raised, GatewayBusy) else timedelta(0)
        expect(wait > timedelta(0), f"it is busy, and asking again is allowed after {wait}")
        expect(not said or wait == timedelta(seconds=said), f"Retry-After said {said} s, and it waits {wait}")


def the_time_limit_is_obeyed(scene: ExamScene) -> None:
    """A company that says nothing is waited for as long as Settings say, and not much longer."""
    for case in cases(scene, scene.good_method):
        prepared = scene.gateway.prepare_charge(case.request)
        with odd_company(scene, Oddity("it said nothing at all", hangs=True)) as gateway:
            began = time.monotonic()
            _expect_doubt(gateway, prepared, f"{case.way}: it said nothing at all")
        waited = timedelta(seconds=time.monotonic() - began)
        expect(waited < _PATIENCE, f"a time limit of {_TIMEOUT} was overdrawn: {waited}")


PARTS = [
    an_unclear_answer_to_a_charge_is_doubt,
    an_unclear_answer_to_a_look_up_is_doubt,
    an_unclear_answer_to_reading_is_doubt,
    the_time_limit_is_obeyed,
    a_company_that_is_busy_is_left_alone_for_as_long_as_it_says,
]


@contextmanager
def odd_company(scene: ExamScene, oddity: Oddity) -> Iterator[Gateway]:
    """Give the scene's gateway, pointed at a company that answers oddly."""
    over = Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _answering(oddity, over))
    server.daemon_threads = True
    Thread(target=partial(server.serve_forever, poll_interval=0.01), daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        yield type(scene.gateway)(replace(scene.settings, base_url=address, timeout=_TIMEOUT))
    finally:
        over.set()
        server.shutdown()
        server.server_close()


def _answering(oddity: Oddity, over: Event) -> type[BaseHTTPRequestHandler]:
    class Odd(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            if oddity.hangs:
                over.wait(_PATIENCE.total_seconds())
            if oddity.status:
                self.send_response(oddity.status)
                self.send_header("Content-Length", str(len(oddity.body)))
                if oddity.retry_after:
                    self.send_header("Retry-After", str(oddity.retry_after))
                self.end_headers()
                self.wfile.write(oddity.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815  the base class looks for these

        def log_message(self, format: str, *values: object) -> None:  # noqa: A002  the base class calls it so
            """Keep quiet."""

    return Odd


def _expect_doubt(gateway: Gateway, prepared: PreparedCharge, when: str) -> None:
    words = f"{when}: that has to raise GatewayUnreachable"
    refusal(GatewayUnreachable, partial(gateway.confirm_charge, prepared), words)
