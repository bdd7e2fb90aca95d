"""How often a merchant may call, how long each call takes, and what was counted."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from paydesk_simulator.company.accounts import open_account
from paydesk_simulator.database import Books
from paydesk_simulator.traffic import Traffic
from tests.simulator import ControlRefused, SimulatedAccount

MANY = 100


def test_an_account_without_a_limit_takes_every_call(account: SimulatedAccount) -> None:
    for _ in range(30):
        account.api("/account")
    counted = account.calls()
    assert (counted["calls"], counted["refused"]) == (30, 0)
    assert sum(row["calls"] for row in counted["seconds"]) == 30


def test_what_is_over_the_limit_is_refused_and_nothing_is_done(account: SimulatedAccount) -> None:
    account.limit_calls(3)
    for _ in range(3):
        account.api("/account")
    with pytest.raises(ControlRefused, match="busy"):
        account.api("/customers", key="one", email="ada@example.com")
    time.sleep(1.1)
    assert account.api("/customers")["rows"] == []
    counted = account.calls()
    assert (counted["calls"], counted["refused"], counted["most_in_a_second"]) == (5, 1, 4)


def test_a_refused_call_is_told_when_to_come_back(account: SimulatedAccount) -> None:
    account.limit_calls(1)
    account.api("/account")
    asked = Request(
        f"{account.simulator.url}/v1/account", headers={"Authorization": f"Bearer {account.api_key}"}
    )
    with pytest.raises(HTTPError) as refused:
        urlopen(asked)
    assert (refused.value.code, refused.value.headers["Retry-After"]) == (429, "1")


def test_a_refused_call_takes_no_fault(account: SimulatedAccount) -> None:
    account.limit_calls(1)
    account.api("/account")
    account.fault("conflict")
    with pytest.raises(ControlRefused, match="busy"):
        account.api("/account")
    account.limit_calls(0)
    with pytest.raises(ControlRefused, match="key_in_use"):
        account.api("/account")


def test_any_second_counts_and_not_only_those_of_the_clock(tmp_path: Path) -> None:
    books = Books(tmp_path / "company.sqlite3")
    with books.open():
        account = open_account(books, kind="vault", name="Fernwood", webhook_url="")
        account = books.change(account, calls_a_second=2)
    traffic, noon = Traffic(), datetime(2026, 11, 23, 12, tzinfo=UTC)
    told = {0.8: True, 0.9: True, 1.1: False, 1.7: False, 1.81: True, 1.82: False, 1.91: True}
    assert {after: traffic.admit(account, noon + timedelta(seconds=after)) for after in told} == told
    assert traffic.counted(account.id)["most_in_a_second"] == 5
    books.close()


def test_counting_begins_anew_when_asked(account: SimulatedAccount) -> None:
    account.api("/account")
    account.forget_calls()
    assert account.calls() == {"calls": 0, "refused": 0, "most_in_a_second": 0, "seconds": []}


def test_a_hundred_calls_wait_side_by_side(account: SimulatedAccount) -> None:
    account.answer_after(milliseconds=500)
    began = time.monotonic()
    with ThreadPoolExecutor(MANY) as askers:
        ids = {answer["id"] for answer in askers.map(lambda _: account.api("/account"), range(MANY))}
    assert ids == {account.id}
    assert 0.5 <= time.monotonic() - began < 5
    assert account.calls()["calls"] == MANY


@pytest.mark.parametrize("field", ["calls_a_second", "latency_milliseconds"])
def test_neither_is_less_than_nothing(account: SimulatedAccount, field: str) -> None:
    with pytest.raises(ControlRefused, match="impossible"):
        account.control(**{field: -1})
