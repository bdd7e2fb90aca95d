"""Faults on demand, and the keys that make asking again harmless."""

import json
import time
from http.client import HTTPResponse, IncompleteRead, RemoteDisconnected
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from paydesk_simulator.drills.faults import KINDS
from tests.simulator import ControlRefused, SimulatedAccount, Simulator


def prepare(account: SimulatedAccount, customer: str, *, key: str = "prepare", minor: int = 4900) -> str:
    wanted = {"customer": customer, "amount_minor": minor, "currency": "EUR"}
    return str(account.api("/charges", key=key, **wanted)["id"])


@pytest.fixture
def charge(account: SimulatedAccount) -> str:
    """A charge that is ready to be confirmed."""
    customer = account.customer()
    account.method(customer)
    return prepare(account, customer)


def confirm(account: SimulatedAccount, charge: str) -> str:
    return str(account.api(f"/charges/{charge}/confirm", key="confirm")["status"])


def ask_to_confirm(account: SimulatedAccount, charge: str, *, timeout: float) -> HTTPResponse:
    """Ask without reading the answer, and wait for each byte of it no longer than the time-out."""
    address = f"{account.simulator.url}/v1/charges/{charge}/confirm"
    headers = {"Authorization": f"Bearer {account.api_key}", "Idempotency-Key": "confirm"}
    answer = urlopen(Request(address, data=b"{}", headers=headers, method="POST"), timeout=timeout)
    assert isinstance(answer, HTTPResponse)
    return answer


@pytest.mark.parametrize(
    ("kind", "raised", "acted"),
    [
        ("lost_before", RemoteDisconnected, False),
        ("lost_after", RemoteDisconnected, True),
        ("reset_before", ConnectionResetError, False),
        ("reset_after", ConnectionResetError, True),
        ("error_before", ControlRefused, False),
        ("error_after", ControlRefused, True),
        ("garbage_before", json.JSONDecodeError, False),
        ("garbage_after", json.JSONDecodeError, True),
        ("conflict", ControlRefused, False),
        ("busy", ControlRefused, False),
    ],
)
def test_a_fault_happens_once_and_asking_again_is_harmless(
    account: SimulatedAccount, charge: str, kind: str, raised: type[Exception], acted: bool
) -> None:
    account.fault(kind, operation="charge.confirm")
    with pytest.raises(raised) as caught:
        confirm(account, charge)
    assert caught.type is raised, "a connection that is only closed is a kind of reset to Python"
    assert len(account.journal()) == int(acted)
    assert confirm(account, charge) == "succeeded"
    assert len(account.journal()) == 1


@pytest.mark.parametrize(("kind", "acted"), [("half_open_before", False), ("half_open_after", True)])
def test_half_an_answer_comes_and_then_nothing_until_the_asker_gives_up(
    account: SimulatedAccount, charge: str, kind: str, acted: bool
) -> None:
    account.fault(kind, operation="charge.confirm", milliseconds=20_000)
    with ask_to_confirm(account, charge, timeout=0.3) as answer:
        began = time.monotonic()
        assert (answer.status, answer.read1(1)) == (200, b"{")
        with pytest.raises(TimeoutError):
            answer.read()
        assert 0.2 < time.monotonic() - began < 5
    assert len(account.journal()) == int(acted)
    assert confirm(account, charge) == "succeeded"
    assert len(account.journal()) == 1


def test_half_an_answer_ends_when_its_silence_was_ordered_to_end(
    account: SimulatedAccount, charge: str
) -> None:
    account.fault("half_open_after", milliseconds=300)
    with ask_to_confirm(account, charge, timeout=10) as answer:
        began = time.monotonic()
        with pytest.raises(IncompleteRead):
            answer.read()
        assert 0.2 < time.monotonic() - began < 5


def test_garbage_comes_in_four_kinds(account: SimulatedAccount, charge: str) -> None:
    account.fault("garbage_after", operation="charge.confirm", times=4)
    bodies = []
    for _ in range(4):
        with ask_to_confirm(account, charge, timeout=10) as answer:
            bodies.append(answer.read())
    assert len(set(bodies)) == 4
    assert not any(b'"status"' in body for body in bodies)


def test_the_page_names_every_kind_of_fault() -> None:
    page = Path(__file__).parents[2] / "docs" / "simulator.md"
    assert [kind for kind in KINDS if f"`{kind}`" not in page.read_text()] == []


def test_a_slow_answer_is_slow(account: SimulatedAccount, charge: str) -> None:
    account.fault("slow", operation="charge.confirm", milliseconds=300)
    began = time.monotonic()
    assert confirm(account, charge) == "succeeded"
    assert time.monotonic() - began >= 0.3


def test_a_fault_matches_its_operation_and_counts(account: SimulatedAccount, charge: str) -> None:
    account.fault("busy", operation="charge.*", times=2)
    account.api("/customers")
    for _ in range(2):
        with pytest.raises(ControlRefused, match="busy"):
            account.api(f"/charges/{charge}")
    assert account.api(f"/charges/{charge}")["status"] == "prepared"


def test_a_key_gives_the_same_answer(account: SimulatedAccount, charge: str) -> None:
    customer = account.api(f"/charges/{charge}")["customer"]
    assert prepare(account, customer) == charge
    assert prepare(account, customer, key="another") != charge


def test_a_key_is_refused_for_other_parameters(account: SimulatedAccount, charge: str) -> None:
    customer = account.api(f"/charges/{charge}")["customer"]
    with pytest.raises(ControlRefused, match="key_reused"):
        prepare(account, customer, minor=100)


def test_a_change_without_a_key_is_refused(account: SimulatedAccount) -> None:
    with pytest.raises(ControlRefused, match="key_missing"):
        account.simulator.call(
            "/v1/customers", token=account.api_key, method="POST", fields={"email": "a@b.c"}
        )


def test_a_key_is_forgotten_after_a_day_of_business_time(account: SimulatedAccount, charge: str) -> None:
    customer = account.api(f"/charges/{charge}")["customer"]
    account.advance(hours=23)
    assert prepare(account, customer) == charge
    account.advance(hours=2)
    assert prepare(account, customer) != charge


def test_a_key_is_forgotten_when_the_account_says_so(simulator: Simulator) -> None:
    account = simulator.account(key_memory_seconds=60)
    customer = account.customer()
    account.method(customer)
    first = prepare(account, customer)
    account.advance(seconds=120)
    assert prepare(account, customer) != first
