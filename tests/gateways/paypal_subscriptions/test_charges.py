"""What became of a capture whose answer was lost: told by what is new and by the balance, and never too early."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from paydesk.gateways.contract import (
    ChargeQuery,
    ChargeRequest,
    GatewayRefused,
    GatewayUnreachable,
    PreparedCharge,
)
from paydesk.gateways.paypal.amounts import to_paypal
from paydesk.gateways.paypal.subscriptions.gateway import SubscriptionsGateway
from paydesk.gateways.records import Outcome, Verdict
from paydesk.kit.money import Money
from tests.paypal_account import PayPalAccount

pytestmark = pytest.mark.contracts

PRICE = Money(1900, "EUR")
CAPTURE = ".*/capture"


class Debt:
    """A subscription whose last payment failed for good, and a capture of it that is prepared."""

    def __init__(
        self, account: PayPalAccount, *, cycles: int = 3, behind: int = 1, auto_bill: bool = True
    ) -> None:
        self.account = account
        plan = account.plan(auto_bill=auto_bill)
        self.subscription = account.subscription(plan, cycles=cycles, behind=behind)
        self.settings = account.settings()
        self.gateway = SubscriptionsGateway(self.settings)
        self.amount = self.owed()
        self.prepared = self.prepare()
        self.asked_at = self.settings.now()

    def owed(self) -> Money:
        [record] = [
            one for one in self.gateway.list_history(self.subscription).records if one.owed is not None
        ]
        self.reference = record.reference
        assert record.owed is not None
        return record.owed

    def prepare(self, amount: Money | None = None) -> PreparedCharge:
        request = ChargeRequest(
            key=str(uuid4()),
            tag="attempt-1",
            amount=amount or self.amount,
            customer_reference=self.subscription,
            method_reference="",
            collectible=self.reference,
        )
        return self.gateway.prepare_charge(request)

    def confirm(self) -> Outcome:
        return self.gateway.confirm_charge(self.prepared)

    def lose(self, kind: str) -> None:
        """Ask, and hear nothing; `lost_before`: nor has PayPal."""
        self.account.fault(kind, CAPTURE, method="POST")
        with pytest.raises(GatewayUnreachable):
            self.confirm()

    def found(self, **later: float) -> Verdict:
        """Look it up so much later, by the clock of our machine."""
        now = self.asked_at + self.account.clock_ahead + timedelta(**later)
        gateway = SubscriptionsGateway(replace(self.settings, now=lambda: now))
        query = ChargeQuery(
            reference=self.prepared.reference, collectible=self.reference, asked_at=self.asked_at
        )
        return gateway.find_charge(query).verdict

    def captured_by_somebody(self, amount: Money) -> None:
        asked = {"note": "By hand", "capture_type": "OUTSTANDING_BALANCE", "amount": to_paypal(amount)}
        path = f"/v1/billing/subscriptions/{self.subscription}/capture"
        self.account.api("POST", path, asked, key=str(uuid4()))

    def taken(self) -> int:
        """Give what PayPal took after the two payments of before."""
        return sum(one["minor"] for one in self.account.captured(self.subscription)[2:])


@pytest.fixture
def debt(paypal_account: PayPalAccount) -> Debt:
    return Debt(paypal_account)


def test_what_arrived_is_found_at_once(debt: Debt) -> None:
    debt.account.set_funding(debt.subscription, "good")
    debt.lose("lost_after")
    assert debt.found(seconds=1) is Verdict.SUCCEEDED
    assert debt.taken() == PRICE.minor


def test_what_never_arrived_is_not_believed_before_no_ask_can_be_on_its_way(debt: Debt) -> None:
    debt.account.set_funding(debt.subscription, "good")
    debt.lose("lost_before")
    assert debt.found(minutes=3) is Verdict.UNKNOWN
    assert debt.found(minutes=5) is Verdict.NEVER_SEEN
    assert debt.gateway.cancel_charge(debt.prepared.reference).verdict is Verdict.DECLINED
    assert debt.taken() == 0


def test_a_decline_of_somebody_else_is_not_ours_at_once(debt: Debt) -> None:
    """PayPal may try by itself while our ask is on its way, which may yet succeed."""
    debt.lose("lost_before")
    debt.captured_by_somebody(PRICE)
    assert debt.found(minutes=3) is Verdict.UNKNOWN

    debt.account.set_funding(debt.subscription, "good")
    assert debt.confirm().verdict is Verdict.SUCCEEDED
    assert debt.found(minutes=5) is Verdict.SUCCEEDED


def test_a_decline_is_one_once_the_balance_is_what_it_was(debt: Debt) -> None:
    debt.lose("lost_after")
    assert debt.found(minutes=3) is Verdict.UNKNOWN
    assert debt.found(minutes=5) is Verdict.DECLINED
    assert debt.taken() == 0


def test_what_was_forgiven_meanwhile_is_doubt_for_long(debt: Debt) -> None:
    """The balance is another one, and what made it so may be listed late."""
    debt.lose("lost_before")
    debt.account.set_outstanding(debt.subscription, 0)
    assert debt.found(hours=2) is Verdict.UNKNOWN
    assert debt.found(hours=4) is Verdict.NEVER_SEEN


def test_a_regular_bill_of_the_same_amount_is_not_ours(paypal_account: PayPalAccount) -> None:
    """The next bill asks for its own price alone: what was owed is owed still, and may be asked for again."""
    debt = Debt(paypal_account, auto_bill=False)
    debt.account.set_funding(debt.subscription, "good")
    debt.lose("lost_before")
    debt.account.advance(days=25)

    assert debt.taken() == PRICE.minor
    assert debt.found(hours=4) is Verdict.NEVER_SEEN
    assert debt.gateway.cancel_charge(debt.prepared.reference).verdict is Verdict.DECLINED
    assert debt.owed() == PRICE

    debt.account.end_at_paypal(debt.subscription)
    assert debt.found(hours=4) is Verdict.NEVER_SEEN


def test_what_arrived_is_ours_though_a_regular_bill_was_paid_and_another_failed_since(
    paypal_account: PayPalAccount,
) -> None:
    debt = Debt(paypal_account, auto_bill=False)
    debt.account.set_funding(debt.subscription, "good")
    debt.lose("lost_after")
    debt.account.advance(days=25)
    assert debt.found(seconds=1) is Verdict.SUCCEEDED

    debt.account.set_funding(debt.subscription, "declined")
    debt.account.advance(days=45)
    assert debt.owed() == PRICE
    assert debt.found(seconds=1) is Verdict.SUCCEEDED


def test_what_is_pending_is_waited_for(debt: Debt) -> None:
    debt.account.set_funding(debt.subscription, "pending")
    assert debt.confirm().verdict is Verdict.PENDING
    assert debt.found(days=2) is Verdict.PENDING


@pytest.mark.parametrize("issue", ["SUBSCRIBER_ACCOUNT_CLOSED", "SUBSCRIBER_ACCOUNT_RESTRICTED"])
def test_a_closed_account_is_a_clear_no(debt: Debt, issue: str) -> None:
    debt.account.set_funding(debt.subscription, f"refused:{issue}")
    outcome = debt.confirm()
    assert outcome.verdict is Verdict.DECLINED
    assert outcome.decline is not None
    assert outcome.decline.code == issue


def test_a_balance_that_somebody_has_just_paid_is_doubt_and_the_look_up_says_by_what(debt: Debt) -> None:
    """PayPal's `ZERO_OUTSTANDING_BALANCE` may be the echo of an ask of ours whose key is forgotten."""
    debt.account.set_funding(debt.subscription, "good")
    assert debt.confirm().verdict is Verdict.SUCCEEDED
    debt.account.forget_keys()
    with pytest.raises(GatewayUnreachable):
        debt.confirm()
    assert debt.found(minutes=1) is Verdict.SUCCEEDED
    assert debt.taken() == PRICE.minor


def test_two_payments_in_arrears_are_captured_in_one(paypal_account: PayPalAccount) -> None:
    two = Debt(paypal_account, cycles=4, behind=2)
    assert two.amount == Money(3800, "EUR")
    paypal_account.set_funding(two.subscription, "good")
    assert two.confirm().verdict is Verdict.SUCCEEDED
    record = two.gateway.read_collectible(two.reference)
    assert record is not None
    assert (record.state, len(record.lines), record.amount) == ("paid", 2, Money(3800, "EUR"))


@pytest.mark.parametrize(
    "change",
    [
        lambda debt: debt.account.set_outstanding(debt.subscription, 1200),
        lambda debt: debt.account.set_outstanding(debt.subscription, 0),
        lambda debt: debt.account.end_at_paypal(debt.subscription),
    ],
)
def test_nothing_is_asked_for_that_is_not_just_what_is_outstanding(
    debt: Debt, change: Callable[[Debt], None]
) -> None:
    change(debt)
    with pytest.raises(GatewayRefused):
        debt.prepare()


def test_what_is_lost_while_paypal_is_out_is_found_when_it_is_back(debt: Debt) -> None:
    debt.account.set_funding(debt.subscription, "good")
    debt.lose("lost_after")
    debt.account.fault("503", times=0)
    with pytest.raises(GatewayUnreachable):
        debt.found(minutes=30)
    debt.account.no_faults()
    assert debt.found(minutes=31) is Verdict.SUCCEEDED
