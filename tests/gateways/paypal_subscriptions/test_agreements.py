"""What PayPal says of a subscription, in our words: states, trials, plans that end, prices, who pays and with what."""

from datetime import timedelta

import pytest

from paydesk.gateways.contract import Capability
from paydesk.gateways.paypal.requests import written
from paydesk.gateways.paypal.subscriptions.agreement import (
    customer_record,
    method_record,
    subscription_capabilities,
    subscription_record,
)
from paydesk.gateways.records import MethodKind, SubscriptionRecord, SubscriptionState
from paydesk.kit.money import Money
from tests.gateways.paypal_subscriptions.agreements import START, SUBSCRIPTION, Json, euro, plan, subscription

State = SubscriptionState
Can = Capability


def record_of(said: Json) -> SubscriptionRecord:
    return subscription_record(said, in_sandbox=False)


def executions(*done: tuple[str, int, int]) -> Json:
    """Say how many cycles of each tenure are completed, and how many are left."""
    return {
        "cycle_executions": [
            {"tenure_type": tenure, "sequence": place, "cycles_completed": made, "cycles_remaining": left}
            for place, (tenure, made, left) in enumerate(done, start=1)
        ]
    }


def test_it_reads_whole() -> None:
    record = record_of(subscription())

    assert (record.reference, record.customer_reference) == (SUBSCRIPTION, SUBSCRIPTION)
    assert (record.name, record.amount) == ("Clay box", Money(1000, "EUR"))
    assert (record.interval_unit, record.interval_count, record.payments_total) == ("month", 1, None)
    assert record.next_payment_at == START + timedelta(days=31)
    assert record.next_amount == Money(1000, "EUR")
    assert record.manage_url == f"https://www.paypal.com/myaccount/autopay/connect/{SUBSCRIPTION}"
    assert "sandbox" in subscription_record(subscription(), in_sandbox=True).manage_url


@pytest.mark.parametrize(
    ("said", "state", "can"),
    [
        (subscription("APPROVAL_PENDING"), State.INCOMPLETE, set()),
        (subscription("APPROVED"), State.INCOMPLETE, set()),
        (subscription("ACTIVE"), State.ACTIVE, {Can.CANCEL_NOW, Can.PAUSE}),
        (subscription("ACTIVE", outstanding=500), State.PAST_DUE, {Can.CANCEL_NOW, Can.PAUSE}),
        (subscription("SUSPENDED"), State.PAUSED, {Can.CANCEL_NOW, Can.RESUME}),
        (subscription("SUSPENDED", outstanding=500), State.PAUSED, {Can.CANCEL_NOW, Can.RESUME}),
        (
            subscription("SUSPENDED", outstanding=500, billing_info={"failed_payments_count": 3}),
            State.UNPAID,
            {Can.CANCEL_NOW},
        ),
        (subscription("CANCELLED", outstanding=500), State.CANCELED, set()),
        (subscription("EXPIRED"), State.COMPLETED, set()),
    ],
)
def test_its_state_says_what_can_be_done(said: Json, state: State, can: set[Capability]) -> None:
    record = record_of(said)
    assert record.state == state
    assert subscription_capabilities(record) == (can | {Can.KNOWN_AMOUNTS} if can else can)
    assert (record.next_payment_at is None) == (said["status"] != "ACTIVE")
    assert (record.ended_at is None) == (said["status"] not in ("CANCELLED", "EXPIRED"))


def test_a_trial_lasts_until_the_first_regular_cycle() -> None:
    """Of three free weeks the first runs: two are left after the next billing time."""
    billing = executions(("TRIAL", 1, 2), ("REGULAR", 0, 0))
    record = record_of(subscription(plan=plan(trial=3), billing_info=billing))
    assert record.state is State.TRIALING
    assert record.trial_ends_at == START + timedelta(days=31 + 14)
    assert record.next_amount == Money(0, "EUR")

    billing = executions(("TRIAL", 3, 0), ("REGULAR", 1, 0))
    record = record_of(subscription(plan=plan(trial=3), billing_info=billing))
    assert (record.state, record.trial_ends_at) == (State.ACTIVE, None)


def test_a_plan_that_ends_has_so_many_payments_and_free_cycles_are_none() -> None:
    billing = executions(("TRIAL", 2, 0), ("REGULAR", 4, 8))
    record = record_of(subscription(plan=plan(total_cycles=12, trial=2), billing_info=billing))
    assert (record.payments_total, record.payments_made) == (12, 4)


def test_the_next_bill_asks_for_what_is_outstanding_unless_it_is_told_not_to() -> None:
    assert record_of(subscription(outstanding=700)).next_amount == Money(1700, "EUR")
    apart = plan(auto_bill_outstanding=False)
    assert record_of(subscription(outstanding=700, plan=apart)).next_amount == Money(1000, "EUR")


def test_a_price_is_for_each_piece_with_shipping_and_a_tax_on_top() -> None:
    taxed = plan() | {"taxes": {"percentage": "19", "inclusive": False}}
    said = subscription(plan=taxed, quantity="3", shipping_amount=euro(450))
    assert record_of(said).amount == Money(3570 + 450, "EUR")
    included = plan() | {"taxes": {"percentage": "19", "inclusive": True}}
    assert record_of(subscription(plan=included)).amount == Money(1000, "EUR")


@pytest.mark.parametrize(("model", "amount"), [("VOLUME", 8 * 700), ("TIERED", 5 * 1000 + 3 * 700)])
def test_tiers_count_for_all_or_each_for_its_share(model: str, amount: int) -> None:
    tiers = [
        {"starting_quantity": "1", "ending_quantity": "5", "amount": euro(1000)},
        {"starting_quantity": "6", "amount": euro(700)},
    ]
    made = plan()
    made["billing_cycles"][0]["pricing_scheme"] = {"pricing_model": model, "tiers": tiers}
    assert record_of(subscription(plan=made, quantity="8")).amount == Money(amount, "EUR")


def test_the_customer_is_whoever_agreed() -> None:
    record = customer_record(subscription())
    assert (record.reference, record.email, record.name) == (SUBSCRIPTION, "ada@example.com", "Ada Example")
    assert customer_record({"id": SUBSCRIPTION}).email == ""


def test_a_wallet_shows_no_more_than_that_and_a_card_its_last_digits() -> None:
    assert method_record(subscription()).kind is MethodKind.WALLET
    card = {"brand": "VISA", "last_digits": "1111", "expiry": "2034-12"}
    funded = subscription(subscriber={"payment_source": {"card": card}})
    record = method_record(funded)
    assert (record.brand, record.last_four) == ("visa", "1111")
    assert (record.expires_year, record.expires_month) == (2034, 12)


def test_while_paypal_tries_again_it_is_past_due() -> None:
    failed = {"amount": euro(1000), "time": written(START + timedelta(days=31))}
    failed["next_payment_retry_time"] = written(START + timedelta(days=36))
    assert record_of(subscription(billing_info={"last_failed_payment": failed})).state is State.PAST_DUE
    paid = {"amount": euro(1000), "time": written(START + timedelta(days=36))}
    billing = {"last_failed_payment": failed, "last_payment": paid}
    assert record_of(subscription(billing_info=billing)).state is State.ACTIVE
