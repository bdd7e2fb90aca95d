"""A vault account: every charge is somebody's, and can be found again by the tag that its merchant gave it."""

import json

import pytest

from paydesk.gateways.simulated.answers import to_collectible
from tests.simulator import Json, SimulatedAccount, Simulator


@pytest.fixture
def account(simulator: Simulator) -> SimulatedAccount:
    return simulator.account("vault")


@pytest.fixture
def customer(account: SimulatedAccount) -> str:
    customer = account.customer()
    account.method(customer)
    return customer


def prepare(account: SimulatedAccount, customer: str, *, tag: str) -> str:
    wanted = {"customer": customer, "amount_minor": 4900, "currency": "EUR", "tag": tag}
    return str(account.api("/charges", key=f"key of {tag}", **wanted)["id"])


def charge(account: SimulatedAccount, customer: str, *, tag: str) -> str:
    made = prepare(account, customer, tag=tag)
    account.api(f"/charges/{made}/confirm", key=f"key of {tag}:confirm")
    return made


def test_every_charge_is_listed_for_drills_with_its_tag_and_key(
    account: SimulatedAccount, customer: str
) -> None:
    made = [charge(account, customer, tag="one"), prepare(account, customer, tag="two")]
    rows = account.charges()
    assert [(row["id"], row["tag"], row["key"], row["status"]) for row in rows] == [
        (made[0], "one", "key of one", "succeeded"),
        (made[1], "two", "key of two", "prepared"),
    ]
    first = rows[0]
    assert (first["amount_minor"], first["currency"], first["customer"]) == (4900, "EUR", customer)
    assert (first["bill"], bool(first["method"]), bool(first["finished_at"])) == (None, True, True)
    assert (rows[1]["finished_at"], bool(rows[1]["created_at"])) == (None, True)


def test_a_charge_of_another_account_is_not_listed(
    simulator: Simulator, account: SimulatedAccount, customer: str
) -> None:
    prepare(account, customer, tag="one")
    assert simulator.account("vault").charges() == []


def test_each_movement_names_the_tag_and_the_key_of_whoever_moved_it(
    account: SimulatedAccount, customer: str
) -> None:
    made = charge(account, customer, tag="one")
    account.api("/refunds", key="key of refund", charge=made, amount_minor=100, tag="refund")
    dispute = account.control("/disputes", charge=made, amount_minor=200)
    account.control(f"/disputes/{dispute['id']}", won=True)
    assert [(row["kind"], row["tag"], row["key"]) for row in account.journal()] == [
        ("charge", "one", "key of one"),
        ("refund", "refund", "key of refund"),
        ("dispute", "one", "key of one"),
        ("dispute_won", "one", "key of one"),
    ]


def test_the_history_gives_each_charge_its_tag(account: SimulatedAccount, customer: str) -> None:
    charge(account, customer, tag="one")
    charge(account, customer, tag="two")
    history: list[Json] = account.api(f"/customers/{customer}/history")["rows"]
    assert [[one["tag"] for one in row["charges"]] for row in history] == [["two"], ["one"]]
    assert [to_collectible(row).attempts[0].tag for row in history] == ["two", "one"]


def test_events_name_the_charge_and_its_tag_and_so_does_their_listing(
    account: SimulatedAccount, customer: str
) -> None:
    made = charge(account, customer, tag="one")
    account.api("/refunds", key="refund", charge=made, amount_minor=100)
    kinds = ["refund.succeeded", "charge.succeeded"]
    listed = [event for event in account.api("/events")["rows"] if event["kind"] in kinds]
    assert [event["kind"] for event in listed] == kinds
    assert [(it["object"]["charge"], it["object"]["charge_tag"]) for it in listed] == [(made, "one")] * 2
    delivered = [json.loads(row["body"]) for row in account.events() if row["kind"] in kinds]
    assert delivered == listed[::-1]


def test_keys_are_forgotten_at_once_when_asked(account: SimulatedAccount, customer: str) -> None:
    first = prepare(account, customer, tag="one")
    assert prepare(account, customer, tag="one") == first
    assert account.forget_keys() == 1
    assert prepare(account, customer, tag="one") != first
    assert [row["tag"] for row in account.charges()] == ["one", "one"]
