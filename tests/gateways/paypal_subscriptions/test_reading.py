"""Two readings that belong together, and histories that are longer than a page: what the double does not play."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from paydesk.gateways.contract import GatewayUnreachable, Settings
from paydesk.gateways.paypal.requests import Line, moment
from paydesk.gateways.paypal.subscriptions.history import history
from paydesk.gateways.paypal.subscriptions.reading import read_whole
from tests.gateways.paypal_subscriptions.agreements import (
    START,
    SUBSCRIPTION,
    Json,
    subscription,
    transaction,
)

NOW = START + timedelta(days=400)
DECLINED = [transaction(f"T{place}", 31 + 5 * place, status="DECLINED") for place in range(3)]
CAPTURED = transaction("T9", 45)


class Told(Line):
    """A line on which PayPal tells the subscription as `say` has it each time, and its transactions by pages."""

    def __init__(self, say: Callable[[int], Json], transactions: list[Json], *, page: int = 100) -> None:
        super().__init__(Settings(base_url="http://127.0.0.1:9", credentials={}, now=lambda: NOW))
        self._say = say
        self._transactions = transactions
        self._page = page
        self.readings = 0
        self.asked: list[tuple[datetime, datetime]] = []

    def read(self, *path: str, **query: str) -> Json | None:
        if path[-1] != "transactions":
            self.readings += 1
            return self._say(self.readings)
        start, end = moment(query["start_time"]), moment(query["end_time"])
        self.asked.append((start, end))
        found = [one for one in self._transactions if start <= moment(one["time"]) <= end]
        return {"transactions": found[: self._page], "total_pages": -(-len(found) // self._page)}


def test_what_was_paid_between_two_readings_is_not_owed_twice() -> None:
    """The balance was read before the capture, the list after it."""
    line = Told(lambda time: subscription(outstanding=1000 if time == 1 else 0), [*DECLINED, CAPTURED])
    whole = read_whole(line, SUBSCRIPTION, NOW)

    assert whole is not None
    [record] = history(*whole)
    assert (record.state, record.amount.minor, record.owed) == ("paid", 1000, None)
    assert line.readings == 2


def test_what_fails_between_two_readings_is_owed() -> None:
    line = Told(lambda time: subscription(outstanding=0 if time == 1 else 1000), DECLINED)
    whole = read_whole(line, SUBSCRIPTION, NOW)

    assert whole is not None
    [record] = history(*whole)
    assert record.state == "failed"


def test_what_never_stands_still_is_doubt() -> None:
    line = Told(lambda time: subscription(outstanding=1000 * time), DECLINED)
    with pytest.raises(GatewayUnreachable):
        read_whole(line, SUBSCRIPTION, NOW)


def test_a_history_that_is_longer_than_a_page_is_read_by_halves_of_its_time() -> None:
    """Whole and once, also what is of one second with something else, or ahead of our clock."""
    many = [transaction(f"T{place:03}", place / 2) for place in range(700)]
    ahead = transaction("T-ahead", 600)
    line = Told(lambda _: subscription(), [*many, many[0], ahead], page=20)
    whole = read_whole(line, SUBSCRIPTION, NOW)

    assert whole is not None
    assert [one.reference for one in whole.transactions] == [*(one["id"] for one in many), "T-ahead"]
    assert line.asked[0][0] < START
    assert max(end for _, end in line.asked) > NOW + timedelta(days=300)


def test_more_in_a_second_than_a_page_holds_is_not_passed_over() -> None:
    line = Told(lambda _: subscription(), [transaction(f"T{place}", 0) for place in range(30)], page=20)
    with pytest.raises(GatewayUnreachable):
        read_whole(line, SUBSCRIPTION, datetime(2026, 2, 1, tzinfo=UTC))
