"""A company's rate limit is kept: nobody who is waited for queues behind an import, and a 429 is obeyed."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from paydesk.gateways import http
from paydesk.gateways.contract import GatewayBusy
from paydesk.gateways.pace import Pacer, unhurried

RATE = 100
ACCOUNT = "stripe"


class Clock:
    """A monotonic clock that goes on when somebody sleeps."""

    def __init__(self) -> None:
        self.now = timedelta()

    def read(self) -> int:
        return self.now // timedelta(microseconds=1) * 1_000

    def sleep(self, pause: timedelta) -> None:
        self.now += pause


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pacer(clock: Clock) -> Pacer:
    return Pacer(clock=clock.read, sleep=clock.sleep)


def _asked_at(pacer: Pacer, clock: Clock, count: int) -> list[timedelta]:
    """Ask so many times in a row, and say when each request went out."""
    moments = []
    for _ in range(count):
        pacer.wait_turn(ACCOUNT, a_second=RATE)
        moments.append(clock.now)
    return moments


def _most_in_a_second(moments: list[timedelta]) -> int:
    return max(sum(begin <= moment < begin + timedelta(seconds=1) for moment in moments) for begin in moments)


def test_two_workers_share_what_the_company_allows(pacer: Pacer, clock: Clock) -> None:
    _asked_at(pacer, clock, RATE)
    pacer.share(2)

    moments = _asked_at(pacer, clock, 3 * RATE)

    assert RATE * 0.4 <= _most_in_a_second(moments) <= RATE // 2


def test_no_second_has_more_than_the_company_allows(pacer: Pacer, clock: Clock) -> None:
    assert RATE * 0.9 <= _most_in_a_second(_asked_at(pacer, clock, 5 * RATE)) <= RATE


def test_what_nobody_waits_for_has_half_of_it(pacer: Pacer, clock: Clock) -> None:
    with unhurried():
        assert RATE * 0.4 <= _most_in_a_second(_asked_at(pacer, clock, 5 * RATE)) <= RATE / 2


def test_a_customer_does_not_queue_behind_an_import(pacer: Pacer, clock: Clock) -> None:
    with unhurried():
        _asked_at(pacer, clock, 5 * RATE)
    before = clock.now
    _asked_at(pacer, clock, 8)

    assert clock.now == before


def test_an_import_goes_on_beside_customers_who_take_all_the_rest(pacer: Pacer, clock: Clock) -> None:
    _asked_at(pacer, clock, 2 * RATE)
    with unhurried():
        _asked_at(pacer, clock, 1)


def test_accounts_have_a_rate_each(pacer: Pacer, clock: Clock) -> None:
    _asked_at(pacer, clock, RATE)
    before = clock.now
    pacer.wait_turn("another", a_second=RATE)

    assert clock.now == before


def test_while_a_company_wants_to_be_left_alone_only_customers_ask(pacer: Pacer, clock: Clock) -> None:
    pacer.hold(ACCOUNT, retry_after=timedelta(seconds=30))
    clock.sleep(timedelta(seconds=10))
    with unhurried(), pytest.raises(GatewayBusy) as busy:
        pacer.wait_turn(ACCOUNT, a_second=0)
    assert busy.value.retry_after == timedelta(seconds=20)
    pacer.wait_turn(ACCOUNT, a_second=0)

    clock.sleep(timedelta(seconds=20))
    with unhurried():
        pacer.wait_turn(ACCOUNT, a_second=0)


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "7"}, 7, 7),
        ({"retry-after": "0"}, 1, 1),
        ({"retry-after": "86400"}, 3600, 3600),
        ({"retry-after": "Tue, 03 Nov 2026 12:00:09 GMT", "date": "Tue, 03 Nov 2026 12:00:00 GMT"}, 9, 9),
        ({"retry-after": "Mon, 02 Nov 2026 12:00:00 GMT", "date": "Tue, 03 Nov 2026 12:00:00 GMT"}, 1, 1),
        ({"retry-after": "soon"}, 1, 3),
        ({"retry-after": "-5"}, 1, 3),
        ({}, 1, 3),
    ],
)
def test_how_long_to_wait_is_read_or_guessed(headers: Mapping[str, str], least: int, most: int) -> None:
    assert timedelta(seconds=least) <= http.retry_after_of(headers) <= timedelta(seconds=most)


def test_a_date_without_a_dated_answer_counts_from_our_clock() -> None:
    until = (datetime.now(UTC) + timedelta(minutes=2)).strftime("%a, %d %b %Y %H:%M:%S GMT")

    wait = http.retry_after_of({"retry-after": until})

    assert timedelta(seconds=110) <= wait <= timedelta(seconds=120)


@contextmanager
def _busy_company(asked: list[str]) -> Iterator[str]:
    """Run a company that answers 429 to everything, and notes what it is asked."""

    class Busy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(429)
            self.send_header("Retry-After", "60")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Busy) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _ask(url: str, key: str) -> None:
    request = http.HttpRequest(method="GET", url=url, headers={"Authorization": f"Bearer {key}"})
    http.ask(request, timeout=timedelta(seconds=5), scrub=str)


def test_after_a_429_the_account_is_left_alone_and_no_other(pacer: Pacer) -> None:
    asked: list[str] = []
    with _busy_company(asked) as url:
        with pytest.raises(GatewayBusy) as busy:
            _ask(f"{url}/first", "one")
        with unhurried(), pytest.raises(GatewayBusy):
            _ask(f"{url}/import", "one")
        with unhurried(), pytest.raises(GatewayBusy):
            _ask(f"{url}/another", "two")
        with pytest.raises(GatewayBusy):
            _ask(f"{url}/customer", "one")

    assert busy.value.retry_after == timedelta(seconds=60)
    assert asked == ["/first", "/another", "/customer"]
