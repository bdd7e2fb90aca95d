"""A crowd for the drills of an import."""

import time

import pytest

from tests.simulator import ControlRefused, SimulatedAccount, Simulator


def test_a_crowd_is_listed_in_one_order_and_paid_what_the_journal_says(account: SimulatedAccount) -> None:
    made = account.seed_many(customers=7, bills_each=3)
    account.seed_many(customers=2, bills_each=1)
    addresses = [row["email"] for row in account.api("/customers")["rows"]]
    assert addresses == [f"member-{number:06d}@example.com" for number in range(1, 10)]
    assert made["payments"] == 21
    assert made["paid_minor"] == sum(row["amount_minor"] for row in account.journal()[:21])
    assert len(account.journal()) == 23
    assert account.events() == []


def test_a_member_has_a_card_a_subscription_and_paid_bills(account: SimulatedAccount) -> None:
    account.seed_many(customers=2, bills_each=3)
    customer = account.api("/customers")["rows"][1]
    bills = account.api(f"/customers/{customer['id']}/history")["rows"]
    (subscription,) = account.api(f"/customers/{customer['id']}/subscriptions")["rows"]
    assert [(bill["status"], bill["number"]) for bill in bills] == [
        ("paid", "SC-000006"),
        ("paid", "SC-000005"),
        ("paid", "SC-000004"),
    ]
    assert {bill["charges"][0]["method"]["id"] for bill in bills} == {customer["default_method"]}
    assert {bill["subscription"] for bill in bills} == {subscription["id"]}
    assert (subscription["payments_made"], subscription["status"]) == (3, "active")


def test_a_crowd_of_a_vault_account_has_charges_alone(simulator: Simulator) -> None:
    account = simulator.account("vault")
    account.seed_many(customers=1, bills_each=4)
    customer = account.api("/customers")["rows"][0]["id"]
    history = account.api(f"/customers/{customer}/history")["rows"]
    assert [row["type"] for row in history] == ["charge"] * 4


def test_a_thousand_customers_take_a_few_seconds(account: SimulatedAccount) -> None:
    began = time.monotonic()
    account.seed_many(customers=1000, bills_each=10)
    assert time.monotonic() - began < 10


def test_a_crowd_of_nobody_is_refused(account: SimulatedAccount) -> None:
    with pytest.raises(ControlRefused, match="A crowd is 1 to"):
        account.seed_many(customers=0, bills_each=10)
