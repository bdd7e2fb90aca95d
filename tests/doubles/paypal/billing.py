"""How PayPal collects a subscription as time goes by.

Each cycle one payment; when it fails, PayPal tries again every 5 days, at most twice a cycle. When the second
retry fails too, that is one payment failure, and its amount becomes outstanding; `auto_bill_outstanding` adds
what is outstanding to the next cycle's payment. Consecutive failures that reach `payment_failure_threshold`
suspend the subscription (PayPal's page "Payment failures and recovering balances"). While PayPal still
retries, nothing is outstanding.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.doubles.paypal.amounts import Amount
from tests.doubles.paypal.state import REFUND_CODE, Account, Json, Move, some_id, written

RETRY_AFTER = timedelta(days=5)
TRIES_MAX = 3
_DAYS = {"DAY": 1, "WEEK": 7}
_MONTHS = {"MONTH": 1, "YEAR": 12}
#: A subscription payment, in PayPal's table of transaction event codes.
CODE = "T0002"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a subscription costs, and how patient PayPal is."""

    id: str
    product_id: str
    name: str
    price: Amount
    unit: str = "MONTH"
    count: int = 1
    total_cycles: int = 0
    threshold: int = 0
    auto_bill: bool = True
    created: datetime


@dataclass(kw_only=True)
class Transaction:
    """One try of PayPal's, or a capture of what is outstanding, with what was given back of it."""

    id: str
    at: datetime
    amount: Amount
    paid: bool
    refunded: int = 0
    pending: bool = False

    @property
    def status(self) -> str:
        if not self.paid:
            return "DECLINED"
        if self.refunded:
            return "REFUNDED" if self.refunded >= self.amount.minor else "PARTIALLY_REFUNDED"
        return "PENDING" if self.pending else "COMPLETED"


@dataclass(kw_only=True)
class Due:
    """The payment of a cycle that failed, until PayPal's last retry."""

    amount: Amount
    tries: int
    again_at: datetime


@dataclass(kw_only=True)
class Subscription:
    """An agreement with a payer. `declines` scripts the past: how many tries fail, by the cycle's number from 1."""

    id: str
    plan: Plan
    email: str
    name: str
    payer_id: str
    started: datetime
    created: datetime
    next_billing: datetime | None
    outstanding: Amount
    quantity: int = 1
    custom_id: str = ""
    funding: str = "good"
    declines: dict[int, int] = field(default_factory=dict)
    status: str = "ACTIVE"
    note: str = ""
    status_at: datetime
    updated: datetime
    cycles: int = 0  # begun
    failures: int = 0
    due: Due | None = None
    last_failed: Transaction | None = None
    transactions: list[Transaction] = field(default_factory=list)

    @property
    def price(self) -> Amount:
        return self.plan.price * self.quantity

    def move_to(self, status: str, at: datetime, note: str = "") -> None:
        self.status, self.status_at, self.updated, self.note = status, at, at, note


def advance(account: Account, subscription: Subscription) -> None:
    """Let everything happen that fell due up to the account's time, in its order."""
    now = account.now()
    while subscription.status == "ACTIVE":
        again_at = subscription.due.again_at if subscription.due else None
        moments = [moment for moment in (again_at, subscription.next_billing) if moment and moment <= now]
        if not moments:
            return
        if min(moments) == again_at:
            _try(account, subscription, again_at)
        elif subscription.next_billing:
            _begin_cycle(account, subscription, subscription.next_billing)


def after_pause(subscription: Subscription, now: datetime) -> None:
    """Let the next payment be the first that was not missed while it was suspended."""
    subscription.due = None
    while subscription.next_billing and subscription.next_billing <= now:
        subscription.cycles += 1
        subscription.next_billing = moment_of_cycle(subscription)


def moment_of_cycle(subscription: Subscription) -> datetime | None:
    """Say when the cycle after those that have begun is billed; None when there is none."""
    plan, begun = subscription.plan, subscription.cycles
    if plan.total_cycles and begun >= plan.total_cycles:
        return None
    return moment_after(subscription.started, plan, begun)


def moment_after(start: datetime, plan: Plan, cycles: int) -> datetime:
    """Add so many cycles, or take them away; the 31st becomes the month's last day."""
    if plan.unit in _DAYS:
        return start + timedelta(days=_DAYS[plan.unit] * plan.count * cycles)
    months = start.month - 1 + _MONTHS[plan.unit] * plan.count * cycles
    year, month = start.year + months // 12, months % 12 + 1
    return start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))


def collect(
    account: Account, subscription: Subscription, amount: Amount, at: datetime, *, paid: bool
) -> Transaction:
    """Write a transaction into the subscription and the books, and tell of it."""
    made = Transaction(id=some_id(), at=at, amount=amount, paid=paid)
    subscription.transactions.append(made)
    subscription.updated = at
    account.moves.append(
        Move(
            at=at,
            kind="captured" if paid else "declined",
            amount=amount,
            payer=subscription.id,
            reference=made.id,
            about=subscription.id,
            custom=subscription.custom_id,
            code=CODE,
        )
    )
    if paid:
        account.happened("PAYMENT.SALE.COMPLETED", "sale", sale(subscription, made), at=at)
    return made


def sale(subscription: Subscription, transaction: Transaction) -> Json:
    """Show a payment as the events do: of the old kind, with the agreement's id."""
    return {
        "id": transaction.id,
        "state": transaction.status.lower(),
        "amount": {"total": transaction.amount.value(), "currency": transaction.amount.currency},
        "billing_agreement_id": subscription.id,
        "create_time": written(transaction.at),
        "update_time": written(transaction.at),
    }


def give_back(account: Account, subscription: Subscription, transaction: Transaction, minor: int) -> str:
    """Refund a part of a payment, as a merchant does in PayPal's pages; gives the refund's id."""
    transaction.refunded += minor
    made = Move(
        at=account.now(),
        kind="refunded",
        amount=Amount(minor=minor, currency=transaction.amount.currency),
        payer=subscription.id,
        reference=some_id(),
        about=transaction.id,
        custom=subscription.custom_id,
        code=REFUND_CODE,
    )
    account.moves.append(made)
    # It says of which payment it is, and not of which subscription (PayPal's sample of this event).
    told = sale(subscription, transaction) | {"id": made.reference, "sale_id": transaction.id}
    resource = {name: value for name, value in told.items() if name != "billing_agreement_id"}
    account.happened("PAYMENT.SALE.REFUNDED", "refund", resource, at=made.at)
    return made.reference


def suspend_for_failures(account: Account, subscription: Subscription, at: datetime) -> None:
    """Stop collecting once the plan's patience is at its end."""
    threshold = subscription.plan.threshold
    if threshold and subscription.failures >= threshold:
        subscription.move_to("SUSPENDED", at)
        resource = {"id": subscription.id, "status": "SUSPENDED"}
        account.happened("BILLING.SUBSCRIPTION.SUSPENDED", "subscription", resource, at=at)


def _begin_cycle(account: Account, subscription: Subscription, at: datetime) -> None:
    if subscription.due:
        _give_up(account, subscription, at)
        if subscription.status != "ACTIVE":
            return
    subscription.cycles += 1
    subscription.next_billing = moment_of_cycle(subscription)
    added = subscription.outstanding if subscription.plan.auto_bill else subscription.outstanding * 0
    subscription.due = Due(amount=subscription.price + added, tries=0, again_at=at)
    _try(account, subscription, at)


def _try(account: Account, subscription: Subscription, at: datetime) -> None:
    due = subscription.due
    assert due
    due.tries += 1
    paid = not _declines(subscription, due.tries)
    made = collect(account, subscription, due.amount, at, paid=paid)
    if paid:
        subscription.outstanding -= due.amount - subscription.price
        subscription.failures, subscription.due = 0, None
        if subscription.next_billing is None:
            _expire(account, subscription, at)
        return
    subscription.last_failed = made
    due.again_at = at + RETRY_AFTER
    resource = {"id": subscription.id, "status": subscription.status}
    account.happened("BILLING.SUBSCRIPTION.PAYMENT.FAILED", "subscription", resource, at=at)
    if due.tries >= TRIES_MAX:
        _give_up(account, subscription, at)


def _declines(subscription: Subscription, tries: int) -> bool:
    scripted = subscription.declines.get(subscription.cycles)
    return tries <= scripted if scripted is not None else subscription.funding != "good"


def _give_up(account: Account, subscription: Subscription, at: datetime) -> None:
    """Add the cycle's own price to what is outstanding: the rest of the payment has been outstanding before."""
    subscription.due = None
    subscription.outstanding += subscription.price
    subscription.failures += 1
    suspend_for_failures(account, subscription, at)
    if subscription.next_billing is None and subscription.status == "ACTIVE":
        _expire(account, subscription, at)


def _expire(account: Account, subscription: Subscription, at: datetime) -> None:
    subscription.move_to("EXPIRED", at)
    resource = {"id": subscription.id, "status": "EXPIRED"}
    account.happened("BILLING.SUBSCRIPTION.EXPIRED", "subscription", resource, at=at)
