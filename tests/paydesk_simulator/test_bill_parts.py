"""Bills made of parts, and paid in several ways."""

import pytest

from tests.gateways.recorded import DISCOUNTS, ITEMS, STUDIO, TAXES
from tests.simulator import ControlRefused, Json, SimulatedAccount

PARTS = {"lines": ITEMS, "discounts": DISCOUNTS, "taxes": TAXES, "currency": "EUR"}
OWED = 4000 + 1000 - 500 + 1035


def test_a_bill_comes_to_the_sum_of_its_parts(account: SimulatedAccount) -> None:
    customer = account.customer()
    account.method(customer)
    bill = account.control("/bills", customer=customer, **PARTS)
    assert (bill["amount_minor"], bill["status"]) == (OWED, "paid")
    assert [row["amount_minor"] for row in account.journal()] == [OWED]
    assert [tax["is_included"] for tax in bill["taxes"]] == [False, True]


def test_a_balance_leaves_less_to_collect(account: SimulatedAccount) -> None:
    customer = account.customer()
    account.method(customer)
    account.control("/bills", customer=customer, balance_minor=535, **PARTS)
    assert [row["amount_minor"] for row in account.journal()] == [OWED - 535]


def test_parts_that_do_not_add_up_are_refused(account: SimulatedAccount) -> None:
    customer = account.customer()
    with pytest.raises(ControlRefused, match=f"come to {OWED}, not to 9"):
        account.control("/bills", customer=customer, amount_minor=9, **PARTS)


def test_without_lines_the_title_is_what_remains(account: SimulatedAccount) -> None:
    customer = account.customer()
    bill = account.bill(customer, minor=1190, title="Beans", taxes=[{"title": "VAT", "amount_minor": 190}])
    assert bill["lines"] == [{"title": "Beans", "amount_minor": 1000, "quantity": 1}]


def test_a_bill_keeps_the_billing_details_of_its_day(account: SimulatedAccount) -> None:
    customer = account.customer()
    account.control(f"/customers/{customer}", billing=STUDIO)
    bill = account.bill(customer)["id"]
    account.control(f"/customers/{customer}", billing=STUDIO | {"name": "Another Name"})
    assert account.api(f"/history/{bill}")["billing"]["name"] == STUDIO["name"]
    assert account.bill(customer)["billing"]["name"] == "Another Name"
    with pytest.raises(ControlRefused, match="billing has to be made of name, email"):
        account.control(f"/customers/{customer}", billing={"zip": "1000"})


def test_each_bill_of_a_subscription_has_its_items_and_taxes(account: SimulatedAccount) -> None:
    customer = account.customer()
    account.method(customer)
    account.control("/subscriptions", customer=customer, **PARTS)
    account.advance(days=32)
    bills = account.api(f"/customers/{customer}/history")["rows"]
    assert [(len(bill["lines"]), bill["amount_minor"]) for bill in bills] == [(2, OWED)] * 2


def told(account: SimulatedAccount, **story: object) -> Json:
    """Seed one bill, and read it."""
    bill = {"title": "Kiln", "amount_minor": 9000, "currency": "EUR", **story}
    made = account.seed({"email": "ada@example.com", "methods": [{}, {}], "bills": [bill]})[0]
    return account.api(f"/history/{made['bills'][0]}")


def test_several_payments_may_have_paid_a_bill(account: SimulatedAccount) -> None:
    bill = told(account, paid_in=[5000, 3000, 1000], refunded_minor=400)
    assert [charge["amount_minor"] for charge in bill["charges"]] == [5000, 3000, 1000]
    assert bill["status"] == "paid"
    assert sum(row["amount_minor"] for row in account.journal()) == 9000 - 400
    with pytest.raises(ControlRefused, match="paid in comes to something else"):
        told(account, paid_in=[5000])


def test_a_bill_that_is_paid_in_part_owes_the_rest(account: SimulatedAccount) -> None:
    bill = told(account, paid_in=[5000], declined=["insufficient_funds"], status="failed")
    assert (bill["status"], bill["owed_minor"]) == ("failed", 4000)
    whole = {"customer": bill["customer"], "bill": bill["id"], "amount_minor": 9000, "currency": "EUR"}
    with pytest.raises(ControlRefused, match="What a bill still owes"):
        account.api("/charges", key="whole", **whole)
    rest = account.api("/charges", key="rest", **whole | {"amount_minor": 4000})
    account.api(f"/charges/{rest['id']}/confirm", key="confirm")
    paid = account.api(f"/history/{bill['id']}")
    assert (paid["status"], paid["owed_minor"]) == ("paid", None)
    assert sum(row["amount_minor"] for row in account.journal()) == 9000


def test_a_bill_may_be_paid_without_a_charge(account: SimulatedAccount) -> None:
    for settled_by in ("balance", "external"):
        bill = told(account, settled_by=settled_by)
        assert (bill["status"], bill["settled_by"], bill["charges"]) == ("paid", settled_by, [])
    assert account.journal() == []


def test_an_open_bill_names_its_own_method(account: SimulatedAccount) -> None:
    open_bill = told(account, status="failed", declined=["insufficient_funds"], own_method=1)
    second = account.api(f"/customers/{open_bill['customer']}/methods")["rows"][1]["id"]
    assert open_bill["method"] == second
    assert told(account, own_method=1)["method"] is None


def test_an_inquiry_takes_no_money_until_it_becomes_a_dispute(account: SimulatedAccount) -> None:
    customer = account.customer()
    account.method(customer)
    charges = [account.bill(customer)["charges"][0]["id"] for _ in range(2)]
    one, two = (account.control("/disputes", charge=charge, inquiry=True)["id"] for charge in charges)
    assert account.control(f"/disputes/{one}")["status"] == "closed"
    assert [row["kind"] for row in account.journal()] == ["charge", "charge"]
    assert account.control(f"/disputes/{two}", escalate=True)["status"] == "open"
    assert account.control(f"/disputes/{two}", won=False)["status"] == "lost"
    assert account.journal()[-1]["amount_minor"] == -4900


def test_a_trial_says_when_it_ends(account: SimulatedAccount) -> None:
    first = "2100-01-01T00:00:00+00:00"
    trial = account.subscription(account.customer(), first_payment_at=first)
    assert trial["trial_ends_at"] == first
    assert account.subscription(account.customer())["trial_ends_at"] is None
