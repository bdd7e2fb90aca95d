"""Refunds, disputes and the journal that drills compare books with."""

import os
import signal
import sqlite3
from pathlib import Path

import pytest

from tests.simulator import ControlRefused, SimulatedAccount, Simulator, start_simulator


@pytest.fixture
def charge(account: SimulatedAccount) -> str:
    """A charge of EUR 49.00 that was captured."""
    customer = account.customer()
    account.method(customer)
    return str(account.bill(customer)["charges"][0]["id"])


def refund(account: SimulatedAccount, charge: str, minor: int, *, key: str) -> str:
    return str(account.api("/refunds", key=key, charge=charge, amount_minor=minor, tag=f"tag-{key}")["id"])


def movements(account: SimulatedAccount) -> list[tuple[str, int]]:
    return [(row["kind"], row["amount_minor"]) for row in account.journal()]


def test_refunds_add_up_to_the_charge_and_no_further(account: SimulatedAccount, charge: str) -> None:
    first = refund(account, charge, 1900, key="one")
    assert refund(account, charge, 1900, key="one") == first
    refund(account, charge, 3000, key="two")
    with pytest.raises(ControlRefused, match="not_refundable"):
        refund(account, charge, 1, key="three")
    assert movements(account) == [("charge", 4900), ("refund", -1900), ("refund", -3000)]


def test_a_refund_that_pends_moves_money_when_it_is_settled(account: SimulatedAccount) -> None:
    customer = account.customer()
    account.method(customer, "slow_refund")
    charge = account.bill(customer)["charges"][0]["id"]
    pending = refund(account, charge, 1900, key="one")
    assert movements(account) == [("charge", 4900)]
    assert account.control(f"/refunds/{pending}", succeeded=True)["status"] == "succeeded"
    assert movements(account) == [("charge", 4900), ("refund", -1900)]


@pytest.mark.parametrize(("won", "left"), [(True, 4900), (False, 0)])
def test_a_dispute_takes_money_back_until_it_is_won(
    account: SimulatedAccount, charge: str, won: bool, left: int
) -> None:
    dispute = account.control("/disputes", charge=charge)
    assert sum(minor for _, minor in movements(account)) == 0
    with pytest.raises(ControlRefused, match="not_refundable"):
        refund(account, charge, 100, key="one")
    assert account.control(f"/disputes/{dispute['id']}", won=won)["status"] == ("won" if won else "lost")
    assert sum(minor for _, minor in movements(account)) == left


def test_the_journal_names_tag_key_and_object(account: SimulatedAccount) -> None:
    customer = account.customer()
    wanted = {"customer": customer, "amount_minor": 4900, "currency": "KWD", "tag": "attempt-9"}
    charge = account.api("/charges", key="key-9", method=account.method(customer), **wanted)["id"]
    account.api(f"/charges/{charge}/confirm", key="key-9-confirm")
    row = account.journal()[0]
    assert (row["tag"], row["key"], row["reference"], row["currency"]) == (
        "attempt-9",
        "key-9",
        charge,
        "KWD",
    )


def test_the_journal_cannot_be_changed_or_shortened_and_outlives_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "company.sqlite3"
    with start_simulator(database=file) as simulator:
        account = simulator.account()
        customer = account.customer()
        account.method(customer)
        account.bill(customer)
        written = account.journal()
        os.kill(simulator.server.pid, signal.SIGKILL)
    with start_simulator(database=file) as simulator:
        assert simulator.journal() == written
    books = sqlite3.connect(file)
    for statement in ("UPDATE journal SET amount_minor = 0", "DELETE FROM journal"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            books.execute(statement)
    books.close()


def test_accounts_do_not_see_each_other(simulator: Simulator, account: SimulatedAccount, charge: str) -> None:
    stranger = simulator.account()
    for path in (f"/charges/{charge}", "/history/" + charge):
        with pytest.raises(ControlRefused, match="not_found"):
            stranger.api(path)
    assert stranger.api(f"/charges?tag={account.id}")["rows"] == []


def test_the_control_api_needs_its_token(account: SimulatedAccount) -> None:
    for token in ("", account.api_key, "x"):
        with pytest.raises(ControlRefused, match="bad_token"):
            account.simulator.call("/control/journal", token=token)


def test_a_vault_account_has_no_subscriptions(simulator: Simulator) -> None:
    account = simulator.account("vault")
    with pytest.raises(ControlRefused, match="not_offered"):
        account.subscription(account.customer())
