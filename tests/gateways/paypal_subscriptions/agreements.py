"""Subscriptions and transactions as PayPal writes them, and a small PayPal that bills, fails, retries and forgives."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from paydesk.gateways.paypal.requests import written
from paydesk.gateways.paypal.subscriptions.arrears import Rhythm, Transaction
from paydesk.gateways.paypal.subscriptions.history import history
from paydesk.gateways.paypal.subscriptions.transactions import transaction_of
from paydesk.gateways.records import CollectibleRecord

Json = dict[str, Any]
START = datetime(2026, 1, 1, 10, tzinfo=UTC)
SUBSCRIPTION = "I-BW452GLLEP1G"
PRICE = 1000
RETRY_AFTER = timedelta(days=5)
RETRIES_AT_MOST = 2


def euro(minor: int) -> dict[str, str]:
    return {"currency_code": "EUR", "value": f"{minor // 100}.{minor % 100:02}"}


def plan(*, price: int = PRICE, total_cycles: int = 0, trial: int = 0, **preferences: Any) -> dict[str, Any]:
    """A monthly plan, after so many free weeks."""
    regular = {
        "tenure_type": "REGULAR",
        "sequence": 2 if trial else 1,
        "total_cycles": total_cycles,
        "frequency": {"interval_unit": "MONTH", "interval_count": 1},
        "pricing_scheme": {"fixed_price": euro(price)},
    }
    weeks = {
        "tenure_type": "TRIAL",
        "sequence": 1,
        "total_cycles": trial,
        "frequency": {"interval_unit": "WEEK", "interval_count": 1},
    }
    return {
        "id": "P-5ML4271244454362WXNWU5NQ",
        "name": "Clay box",
        "billing_cycles": [weeks, regular] if trial else [regular],
        "payment_preferences": {"auto_bill_outstanding": True, "payment_failure_threshold": 3} | preferences,
    }


def subscription(status: str = "ACTIVE", *, outstanding: int = 0, **said: Any) -> dict[str, Any]:
    """A subscription; what is said of `billing_info` is put into it."""
    billing = {
        "outstanding_balance": euro(outstanding),
        "failed_payments_count": 0,
        "next_billing_time": written(START + timedelta(days=31)),
    } | said.pop("billing_info", {})
    return {
        "id": SUBSCRIPTION,
        "status": status,
        "status_update_time": written(START),
        "plan_id": "P-5ML4271244454362WXNWU5NQ",
        "plan": plan(),
        "create_time": written(START),
        "start_time": written(START),
        "subscriber": {
            "email_address": "ada@example.com",
            "name": {"given_name": "Ada", "surname": "Example"},
            "payer_id": "2J6QB8YJQSJRJ",
        },
        "billing_info": billing,
    } | said


def transaction(
    reference: str, day: float, minor: int = PRICE, status: str = "COMPLETED", **said: Any
) -> Json:
    """A transaction so many days after the start."""
    return {
        "id": reference,
        "status": status,
        "time": written(START + timedelta(days=day)),
        "amount_with_breakdown": {"gross_amount": euro(minor)},
    } | said


def read(said: Json, *transactions: Json) -> list[CollectibleRecord]:
    """Read a whole history."""
    return history(said, map(transaction_of, transactions))


@dataclass(kw_only=True)
class SmallPayPal:
    """Bills one subscription by the rules that PayPal documents, with time moving from event to event.

    `delayed`: what fails is added to the balance when the last retry has failed, as the guide says; else at once.
    """

    bills_outstanding: bool
    delayed: bool
    now: datetime = START
    balance: int = 0
    failed: int = 0  # what the running cycle asks for in vain, before it is added to the balance
    cycle: int = 0
    retries: int = 0
    transactions: list[Json] = field(default_factory=list)
    last_failed: Json | None = None
    last_paid: Json | None = None

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(unit="month", count=1, bills_outstanding=self.bills_outstanding)

    def bill(self, *, works: bool) -> None:
        """Come to the next cycle and bill it."""
        self._give_up()
        self.now = self.rhythm.after(START, self.cycle)
        self.cycle += 1
        asked = PRICE + (self.balance if self.bills_outstanding else 0)
        self._note(asked, works=works)
        if works:
            self.balance -= asked - PRICE
            return
        self.retries = 0
        self.failed = PRICE
        if not self.delayed:
            self._add()

    def retry(self, *, works: bool) -> None:
        """Try again by itself, five days later, what this cycle asked for; there is nothing to try after two."""
        is_tried = self.failed or (self.balance and not self.delayed)
        if not is_tried or self.retries >= RETRIES_AT_MOST or self.last_failed is None:
            return
        self.retries += 1
        self.now += RETRY_AFTER
        asked = (self.failed or PRICE) + (self.balance if self.bills_outstanding and self.delayed else 0)
        if not self.delayed:
            asked = self.balance if self.bills_outstanding else min(PRICE, self.balance)
        self._note(asked, works=works)
        if works:
            self.balance -= asked - self.failed
            self.failed = 0
        elif self.retries == RETRIES_AT_MOST:
            self._give_up()

    def capture(self, minor: int, *, works: bool) -> None:
        """Let somebody capture of the outstanding balance, some days later."""
        minor = min(minor, self.balance)
        if not minor:
            return
        self.now += timedelta(days=1, hours=7)
        self._note(minor, works=works)
        if works:
            self.balance -= minor

    def forgive(self) -> None:
        """Let the merchant set the balance to nothing."""
        self.now += timedelta(hours=5)
        self.balance = 0

    def said(self) -> dict[str, Any]:
        """Give the subscription as PayPal would."""
        billing: dict[str, Any] = {"failed_payments_count": int(bool(self.balance))}
        if self.last_failed is not None:
            billing["last_failed_payment"] = self.last_failed
            if self.failed:
                later = written(self.now + RETRY_AFTER)
                billing["last_failed_payment"] = {**self.last_failed, "next_payment_retry_time": later}
        if self.last_paid is not None:
            billing["last_payment"] = self.last_paid
        preferences = plan(auto_bill_outstanding=self.bills_outstanding, payment_failure_threshold=0)
        return subscription(outstanding=self.balance, plan=preferences, billing_info=billing)

    def records(self) -> list[CollectibleRecord]:
        return read(self.said(), *self.transactions)

    def parsed(self) -> list[Transaction]:
        return [transaction_of(one) for one in self.transactions]

    def _note(self, minor: int, *, works: bool) -> None:
        status = "COMPLETED" if works else "DECLINED"
        made = transaction(f"TX{len(self.transactions):04}", 0, minor, status) | {"time": written(self.now)}
        self.transactions.append(made)
        told = {"amount": euro(minor), "time": written(self.now)}
        if works:
            self.last_paid = told
        else:
            self.last_failed = told

    def _give_up(self) -> None:
        if self.failed and self.delayed:
            self._add()

    def _add(self) -> None:
        self.balance += self.failed
        self.failed = 0
