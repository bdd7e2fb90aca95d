"""History in bulk, as the demo asks for it."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.simulator import ControlRefused, Json, SimulatedAccount, Simulator

TODAY = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0)


def ago(**period: float) -> str:
    return (TODAY - timedelta(**period)).isoformat()


def story(number: int, currency: str) -> Json:
    """Two years of one customer."""
    return {
        "email": f"customer{number}@example.com",
        "name": f"Customer {number}",
        "created_at": ago(days=740),
        "methods": [
            {"card": "good", "expires_year": 2031, "expires_month": 4},
            {"card": "insufficient_funds"},
        ],
        "subscriptions": [
            {
                "name": "Beans, monthly",
                "amount_minor": 1900,
                "currency": currency,
                "started_at": ago(days=730),
                "payments": {
                    "3": {"declined": ["insufficient_funds"]},
                    "5": {"refunded_minor": 900},
                    "7": {"disputed": "won"},
                },
            },
            {
                "name": "Espresso machine",
                "amount_minor": 5000,
                "currency": currency,
                "payments_total": 12,
                "started_at": ago(days=200),
                "method": 1,
            },
        ],
        "bills": [
            {"title": "Grinder", "amount_minor": 12900, "currency": currency, "at": ago(days=100)},
            {
                "title": "Repair",
                "amount_minor": 4900,
                "currency": currency,
                "at": ago(days=2),
                "declined": ["insufficient_funds"],
                "status": "failed",
                "method": 1,
            },
        ],
    }


def test_two_years_of_a_dozen_customers_take_well_under_three_seconds(simulator: Simulator) -> None:
    account = simulator.account()
    began = time.monotonic()
    made = account.seed(*(story(number, ("EUR", "USD", "JPY")[number % 3]) for number in range(12)))
    assert time.monotonic() - began < 2
    assert len(made) == 12
    assert len(made[0]["subscriptions"][0]["bills"]) in (24, 25)
    assert account.events() == []


def test_what_was_told_is_what_is_read(account: SimulatedAccount) -> None:
    made = account.seed(story(1, "EUR"))[0]
    beans, machine = (account.api(f"/subscriptions/{row['id']}") for row in made["subscriptions"])
    assert beans["status"] == "active"
    assert beans["payments_made"] == len(made["subscriptions"][0]["bills"])
    assert machine["payments_total"] == 12
    assert machine["payments_made"] == len(made["subscriptions"][1]["bills"]) == 7
    first = account.api(f"/history/{made['subscriptions'][1]['bills'][0]}")
    assert first["charges"][0]["method"]["id"] == made["methods"][1]
    third, fifth, seventh = (
        account.api(f"/history/{made['subscriptions'][0]['bills'][number - 1]}") for number in (3, 5, 7)
    )
    assert [charge["status"] for charge in third["charges"]] == ["declined", "succeeded"]
    assert [row["amount_minor"] for row in fifth["refunds"]] == [900]
    assert [row["status"] for row in seventh["disputes"]] == ["won"]
    grinder, repair = (account.api(f"/history/{bill}") for bill in made["bills"])
    assert (grinder["status"], grinder["due_at"]) == ("paid", ago(days=100))
    assert (repair["status"], repair["charges"][0]["decline_code"]) == ("failed", "not_enough_money")


def test_a_failed_payment_leaves_its_subscription_in_arrears(account: SimulatedAccount) -> None:
    told = {
        "name": "Beans",
        "amount_minor": 1900,
        "currency": "EUR",
        "interval_unit": "week",
        # The third was due an hour ago, so that whatever the day and the hour, the next try is still to come.
        "started_at": (datetime.now(UTC) - timedelta(weeks=2, hours=1)).isoformat(),
        "payments": {"3": {"declined": ["expired_card"], "status": "failed"}},
    }
    made = account.seed(
        {"email": "ada@example.com", "methods": [{"card": "expired_card"}], "subscriptions": [told]}
    )
    found = account.api(f"/subscriptions/{made[0]['subscriptions'][0]['id']}")
    assert found["status"] == "past_due"
    assert found["payments_made"] == 2


def test_the_journal_agrees_with_the_history(account: SimulatedAccount) -> None:
    account.seed(story(1, "EUR"))
    customer = account.api("/customers")["rows"][0]["id"]
    bills = account.api(f"/customers/{customer}/history")["rows"]
    paid = sum(bill["amount_minor"] for bill in bills if bill["status"] == "paid")
    assert sum(row["amount_minor"] for row in account.journal()) == paid - 900


def test_a_vault_account_is_seeded_with_charges(simulator: Simulator) -> None:
    account = simulator.account("vault")
    charges = [
        {"title": "Order 7", "amount_minor": 500, "currency": "JPY", "at": ago(days=9)},
        {"title": "Order 8", "amount_minor": 900, "currency": "JPY", "declined": ["revoked"]},
    ]
    made = account.seed({"email": "ada@example.com", "methods": [{}], "charges": charges})[0]
    rows = [account.api(f"/history/{charge}") for charge in made["charges"]]
    assert [row["status"] for row in rows] == ["paid", "failed"]
    assert rows[0]["paid_at"] == ago(days=9)


def test_a_story_that_makes_no_sense_is_refused_whole(account: SimulatedAccount) -> None:
    good = {"email": "ada@example.com"}
    bad = {"email": "bob@example.com", "methods": [{"card": "gold"}]}
    with pytest.raises(ControlRefused, match="no test card 'gold'"):
        account.seed(good, bad)
    odd = {"name": "Beans", "amount_minor": 1, "currency": "EUR", "payments": ["third"]}
    with pytest.raises(ControlRefused, match="payments has to be like"):
        account.seed(good, good | {"subscriptions": [odd]})
    assert account.api("/customers")["rows"] == []


def test_the_example_in_the_documentation_works(account: SimulatedAccount) -> None:
    example = Path("docs/simulator.md").read_text().partition("```json\n")[2].partition("```")[0]
    account.control(retry_days=[1, 3, 5])
    made = account.seed(*json.loads(example)["customers"])[0]
    assert [len(made[part]) for part in ("methods", "subscriptions", "bills", "charges")] == [2, 2, 1, 1]
