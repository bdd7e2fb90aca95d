"""With which method the company collects: the bill's own, else the subscription's own, else the default."""

from datetime import timedelta

import pytest

from tests.simulator import ControlRefused, Json, SimulatedAccount


def charged_with(account: SimulatedAccount, bill: Json | str) -> list[str]:
    """Give the methods that a bill was tried with, oldest first."""
    reference = bill if isinstance(bill, str) else bill["id"]
    return [charge["method"]["id"] for charge in account.api(f"/history/{reference}")["charges"]]


def failed_bill_of(account: SimulatedAccount, customer: str) -> str:
    rows = account.api(f"/customers/{customer}/history")["rows"]
    return next(str(row["id"]) for row in rows if row["status"] == "failed")


def test_a_bill_then_its_subscription_then_the_default(account: SimulatedAccount) -> None:
    customer = account.customer()
    default, own, of_the_bill = (account.method(customer) for _ in range(3))
    account.subscription(customer)
    account.subscription(customer, method=own)
    account.bill(customer, method=of_the_bill)
    rows = reversed(account.api(f"/customers/{customer}/history")["rows"])
    assert sorted(charged_with(account, row)[0] for row in rows) == sorted([default, own, of_the_bill])


def test_a_new_default_leaves_a_subscription_with_its_own_method(account: SimulatedAccount) -> None:
    customer = account.customer()
    account.method(customer)
    own = account.method(customer)
    reference = account.subscription(customer, method=own)["id"]
    account.method(customer, default=True)
    assert account.api(f"/subscriptions/{reference}")["method"] == own
    account.advance(days=32)
    renewal = account.api(f"/customers/{customer}/history")["rows"][0]
    assert charged_with(account, renewal) == [own]


def test_the_companys_own_retry_still_charges_the_old_card_after_the_default_alone_was_changed(
    account: SimulatedAccount,
) -> None:
    customer = account.customer()
    old = account.method(customer, "insufficient_funds")
    account.subscription(customer, method=old)
    bill = failed_bill_of(account, customer)
    account.method(customer, default=True)
    account.advance(days=1.1)
    assert charged_with(account, bill) == [old, old]


def test_a_method_of_a_subscription_pays_its_open_bills_too(account: SimulatedAccount) -> None:
    customer = account.customer()
    old = account.method(customer, "insufficient_funds")
    reference = account.subscription(customer, method=old)["id"]
    bill = failed_bill_of(account, customer)
    new = account.method(customer)
    answer = account.api(f"/subscriptions/{reference}/method", key="switch", method=new)
    assert answer["method"] == new
    account.advance(days=1.1)
    assert charged_with(account, bill) == [old, new]
    assert account.api(f"/subscriptions/{reference}")["status"] == "active"


def test_a_method_of_a_subscription_goes_before_the_one_that_its_open_bill_named(
    account: SimulatedAccount,
) -> None:
    story = {"declined": ["insufficient_funds"], "status": "failed", "own_method": 1}
    made = account.seed(
        {
            "email": "ada@example.com",
            "methods": [{}, {"card": "insufficient_funds"}],
            "subscriptions": [
                {"name": "Beans", "amount_minor": 1900, "currency": "EUR", "payments": {"1": story}}
            ],
        }
    )[0]
    good, bad = made["methods"]
    (subscription,) = made["subscriptions"]
    (bill,) = subscription["bills"]
    assert account.api(f"/history/{bill}")["method"] == bad
    account.api(f"/subscriptions/{subscription['id']}/method", key="switch", method=good)
    account.advance(days=1.1)
    assert charged_with(account, bill)[-1] == good


def test_a_new_default_pays_an_open_bill_that_named_another(account: SimulatedAccount) -> None:
    customer = account.customer()
    old = account.method(customer, "insufficient_funds")
    bill = account.bill(customer, method=old)
    assert bill["method"] == old
    new = account.method(customer, default=True)
    assert account.api(f"/history/{bill['id']}")["method"] is None
    account.advance(days=1.1)
    assert charged_with(account, bill) == [old, new]


def test_what_named_a_removed_method_falls_back_to_the_default(account: SimulatedAccount) -> None:
    customer = account.customer()
    default, own = account.method(customer), account.method(customer)
    reference = account.subscription(customer, method=own)["id"]
    account.api(f"/methods/{own}/remove", key="remove")
    assert account.api(f"/subscriptions/{reference}")["method"] is None
    account.advance(days=32)
    renewal = account.api(f"/customers/{customer}/history")["rows"][0]
    assert charged_with(account, renewal) == [default]


def test_a_method_of_somebody_else_is_refused(account: SimulatedAccount) -> None:
    customer, other = account.customer(), account.customer(email="bob@example.com")
    account.method(customer)
    reference = account.subscription(customer)["id"]
    with pytest.raises(ControlRefused, match="not one of the customer's"):
        account.api(f"/subscriptions/{reference}/method", key="theft", method=account.method(other))


def test_events_are_listed_newest_first_and_kept_for_thirty_days(account: SimulatedAccount) -> None:
    customer = account.api("/customers", key="make", email="ada@example.com", name="Ada")["id"]
    for _ in range(3):
        account.method(customer)
    told = [event["id"] for event in reversed(account.events())]
    first = account.api("/events?limit=3")
    assert [row["id"] for row in first["rows"]] == told[:3]
    account.method(customer)
    second = account.api(f"/events?limit=3&cursor={first['next_cursor']}")
    assert [row["id"] for row in second["rows"]] == told[3:]
    assert second["next_cursor"] == ""
    account.advance(days=timedelta(days=31).days)
    assert account.api("/events")["rows"] == []
    fresh = account.method(customer)
    assert [row["object"]["id"] for row in account.api("/events")["rows"]] == [fresh]
