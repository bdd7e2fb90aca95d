"""Faults on demand, and the keys that make asking again harmless."""

import time
from http.client import RemoteDisconnected

import pytest

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


@pytest.mark.parametrize(
    ("kind", "raised", "acted"),
    [
        ("lost_before", RemoteDisconnected, False),
        ("lost_after", RemoteDisconnected, True),
        ("error_before", ControlRefused, False),
        ("error_after", ControlRefused, True),
        ("busy", ControlRefused, False),
    ],
)
def test_a_fault_happens_once_and_asking_again_is_harmless(
    account: SimulatedAccount, charge: str, kind: str, raised: type[Exception], acted: bool
) -> None:
    account.fault(kind, operation="charge.confirm")
    with pytest.raises(raised):
        confirm(account, charge)
    assert len(account.journal()) == int(acted)
    assert confirm(account, charge) == "succeeded"
    assert len(account.journal()) == 1


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
