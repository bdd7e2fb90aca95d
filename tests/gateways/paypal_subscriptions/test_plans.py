"""A plan that ends, with arrears: a cycle that failed is over for PayPal, and is no payment that was made."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from paydesk.gateways.contract import GatewayUnreachable
from paydesk.gateways.paypal.amounts import to_paypal
from paydesk.gateways.paypal.subscriptions.gateway import SubscriptionsGateway
from paydesk.gateways.paypal.subscriptions.history import unpaid_count
from paydesk.gateways.paypal.subscriptions.transactions import transaction_of
from paydesk.kit.money import Money
from tests.gateways.paypal_subscriptions.agreements import Json, subscription, transaction
from tests.paypal_account import PayPalAccount

PRICE = Money(1000, "EUR")


def plan_of_six(account: PayPalAccount, **history: Any) -> str:
    return account.subscription(account.plan(total_cycles=6), **history)


def made(account: PayPalAccount, reference: str) -> int:
    record = SubscriptionsGateway(account.settings()).read_subscription(reference)
    assert record is not None
    assert record.payments_total == 6
    return record.payments_made


def capture(account: PayPalAccount, reference: str, minor: int) -> None:
    account.set_funding(reference, "good")
    amount = to_paypal(Money(minor, "EUR"))
    asked = {"note": "By hand", "capture_type": "OUTSTANDING_BALANCE", "amount": amount}
    account.api("POST", f"/v1/billing/subscriptions/{reference}/capture", asked, key=str(uuid4()))


@pytest.mark.contracts
def test_a_cycle_that_failed_is_no_payment_that_was_made_until_it_is_paid(
    paypal_account: PayPalAccount,
) -> None:
    third_failed = plan_of_six(paypal_account, cycles=3, behind=1)
    assert made(paypal_account, third_failed) == 2

    capture(paypal_account, third_failed, 1900)
    assert made(paypal_account, third_failed) == 3


@pytest.mark.contracts
def test_what_paypal_still_tries_is_no_payment_that_was_made(paypal_account: PayPalAccount) -> None:
    tried = plan_of_six(paypal_account, cycles=3, declines={3: 1}, days_since=2)
    assert made(paypal_account, tried) == 2

    tried_beside_a_debt = plan_of_six(paypal_account, cycles=4, declines={3: 3, 4: 1}, days_since=2)
    assert made(paypal_account, tried_beside_a_debt) == 2


@pytest.mark.contracts
def test_a_debt_of_two_cycles_counts_for_two_until_all_of_it_is_paid(paypal_account: PayPalAccount) -> None:
    two_failed = plan_of_six(paypal_account, cycles=4, behind=2)
    assert made(paypal_account, two_failed) == 2

    capture(paypal_account, two_failed, 2500)
    assert made(paypal_account, two_failed) == 2

    capture(paypal_account, two_failed, 1300)
    assert made(paypal_account, two_failed) == 4


@pytest.mark.contracts
def test_what_was_owed_when_it_was_cancelled_was_not_paid(paypal_account: PayPalAccount) -> None:
    cancelled = plan_of_six(paypal_account, cycles=3, behind=1)
    paypal_account.end_at_paypal(cancelled)

    assert made(paypal_account, cancelled) == 2


@pytest.mark.contracts
def test_a_plan_in_arrears_whose_payments_cannot_be_read_is_doubt(paypal_account: PayPalAccount) -> None:
    third_failed = plan_of_six(paypal_account, cycles=3, behind=1)
    paypal_account.fault("503", ".*/transactions", times=0)

    with pytest.raises(GatewayUnreachable):
        made(paypal_account, third_failed)
    paypal_account.no_faults()


def unpaid(said: Json, *transactions: Json) -> int:
    return unpaid_count(said, [transaction_of(one) for one in transactions], PRICE)


def test_what_is_owed_without_a_try_that_is_listed_counts_too() -> None:
    paid = transaction("T1", 0)
    assert unpaid(subscription(outstanding=2000), paid) == 2
    assert unpaid(subscription(outstanding=300), paid) == 1
    assert unpaid(subscription(), paid) == 0


def test_what_was_forgiven_is_not_asked_for_again() -> None:
    """Of two cycles one was let off, so that one is owed."""
    failed = [transaction("T1", 0, status="DECLINED"), transaction("T2", 31, 2000, status="DECLINED")]
    assert unpaid(subscription(outstanding=2000), *failed) == 2
    assert unpaid(subscription(outstanding=1000), *failed) == 1
