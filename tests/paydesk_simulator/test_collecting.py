"""What the company collects by itself, as its business clock goes on."""

from datetime import datetime

import pytest

from tests.simulator import Json, SimulatedAccount


def subscription_of(account: SimulatedAccount, reference: str) -> Json:
    return account.api(f"/subscriptions/{reference}")


def bills_of(account: SimulatedAccount, customer: str) -> list[Json]:
    """Give the bills, oldest first."""
    return list(reversed(account.api(f"/customers/{customer}/history")["rows"]))


def test_a_subscription_renews_each_month(account: SimulatedAccount) -> None:
    customer = account.customer()
    account.method(customer)
    account.subscription(customer)
    account.advance(days=93)
    assert [bill["status"] for bill in bills_of(account, customer)] == ["paid"] * 4


def test_a_31st_comes_back_after_a_february(account: SimulatedAccount) -> None:
    customer = account.seed(
        {
            "email": "ada@example.com",
            "methods": [{}],
            "subscriptions": [
                {
                    "name": "Beans",
                    "amount_minor": 1900,
                    "currency": "EUR",
                    "started_at": "2026-01-31T09:00:00+00:00",
                }
            ],
        }
    )[0]["id"]
    days = [datetime.fromisoformat(bill["due_at"]).strftime("%m-%d") for bill in bills_of(account, customer)]
    assert days[:4] == ["01-31", "02-28", "03-31", "04-30"]


def test_a_declined_renewal_is_tried_again_as_planned_and_then_given_up(account: SimulatedAccount) -> None:
    account.control(retry_days=[2, 4])
    customer = account.customer()
    account.method(customer, "insufficient_funds")
    reference = account.subscription(customer)["id"]
    assert subscription_of(account, reference)["status"] == "past_due"
    account.advance(days=2.1)
    assert [len(bill["charges"]) for bill in bills_of(account, customer)] == [2]
    account.advance(days=2)
    bill = bills_of(account, customer)[0]
    assert (len(bill["charges"]), bill["status"], bill["next_attempt_at"]) == (3, "failed", None)
    assert subscription_of(account, reference)["status"] == "unpaid"


def test_a_new_card_saves_a_subscription_in_arrears(account: SimulatedAccount) -> None:
    customer = account.customer()
    account.method(customer, "insufficient_funds")
    reference = account.subscription(customer)["id"]
    account.method(customer, "good", default=True)
    account.advance(days=1.1)
    found = subscription_of(account, reference)
    assert (found["status"], found["payments_made"]) == ("active", 1)


def test_a_plan_is_completed_by_its_last_payment(account: SimulatedAccount) -> None:
    customer = account.customer()
    account.method(customer)
    reference = account.subscription(customer, payments_total=3)["id"]
    account.advance(days=200)
    found = subscription_of(account, reference)
    assert (found["status"], found["payments_made"], found["next_payment_at"]) == ("completed", 3, None)
    assert len(bills_of(account, customer)) == 3


def test_a_scheduled_cancel_ends_it_instead_of_the_next_payment(account: SimulatedAccount) -> None:
    customer = account.customer()
    account.method(customer)
    reference = account.subscription(customer)["id"]
    account.api(f"/subscriptions/{reference}/schedule-cancel", key="cancel")
    account.advance(days=40)
    assert subscription_of(account, reference)["status"] == "canceled"
    assert len(bills_of(account, customer)) == 1


def test_a_pause_with_an_end_collects_nothing_until_then(account: SimulatedAccount) -> None:
    customer = account.customer()
    account.method(customer)
    reference = account.subscription(customer)["id"]
    now = datetime.fromisoformat(account.advance()["now"])
    until = now.replace(year=now.year + 1)
    account.api(f"/subscriptions/{reference}/pause", key="pause", until=until.isoformat())
    account.advance(days=300)
    assert subscription_of(account, reference)["status"] == "paused"
    assert len(bills_of(account, customer)) == 1
    account.advance(days=100)
    assert subscription_of(account, reference)["status"] == "active"
    assert len(bills_of(account, customer)) in (2, 3)


def test_a_trial_is_free_until_it_ends(account: SimulatedAccount) -> None:
    customer = account.customer()
    account.method(customer)
    now = datetime.fromisoformat(account.advance()["now"])
    first = now.replace(year=now.year + 1)
    reference = account.subscription(customer, first_payment_at=first.isoformat())["id"]
    assert subscription_of(account, reference)["status"] == "trialing"
    assert bills_of(account, customer) == []
    account.advance(days=367)
    assert subscription_of(account, reference)["status"] == "active"
    assert len(bills_of(account, customer)) == 1


@pytest.mark.parametrize(
    ("card", "status"), [("pending_then_pays", "paid"), ("pending_then_declines", "failed")]
)
def test_a_bank_that_takes_its_time_decides_in_the_end(
    account: SimulatedAccount, card: str, status: str
) -> None:
    customer = account.customer()
    account.method(customer, card)
    assert account.bill(customer)["status"] == "processing"
    account.advance(days=3.1)
    assert bills_of(account, customer)[0]["status"] == status


def test_a_bill_is_paid_once_although_two_charges_were_prepared(account: SimulatedAccount) -> None:
    customer = account.customer()
    bill = account.bill(customer)
    method = account.method(customer)
    wanted = {
        "customer": customer,
        "bill": bill["id"],
        "method": method,
        "amount_minor": 4900,
        "currency": "EUR",
    }
    charges = [account.api("/charges", key=f"prepare-{number}", **wanted)["id"] for number in (1, 2)]
    ended = [account.api(f"/charges/{charge}/confirm", key=f"confirm-{charge}") for charge in charges]
    assert [charge["status"] for charge in ended] == ["succeeded", "declined"]
    assert ended[1]["decline_code"] == "bill_not_payable"
    assert len(account.journal()) == 1


def test_nothing_is_collected_on_a_removed_card(account: SimulatedAccount) -> None:
    customer = account.customer()
    method = account.method(customer)
    account.subscription(customer)
    account.api(f"/methods/{method}/remove", key="remove")
    account.advance(days=32)
    assert bills_of(account, customer)[-1]["charges"][0]["decline_code"] == "method_unknown"


def test_a_card_may_pay_once_and_never_again(account: SimulatedAccount) -> None:
    customer = account.customer()
    account.method(customer, "pays_once")
    account.subscription(customer)
    account.advance(days=32)
    assert [bill["status"] for bill in bills_of(account, customer)] == ["paid", "failed"]
