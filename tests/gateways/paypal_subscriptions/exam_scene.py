"""The exam's scene at PayPal Subscriptions: a customer is a subscription, and is billed as time goes by."""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from uuid import uuid4

from paydesk.gateways.conformance_scene import Webhook
from paydesk.gateways.contract import Gateway, ObjectKind, ObjectReference
from paydesk.gateways.method_setup import MethodSetup
from paydesk.gateways.paypal.amounts import from_paypal, to_paypal
from paydesk.gateways.paypal.requests import moment, written
from paydesk.gateways.paypal.subscriptions.gateway import SubscriptionsGateway
from paydesk.kit.money import Money
from tests.gateways.paypal_subscriptions.agreements import Json
from tests.paypal_account import PayPalAccount

_LAST_RETRY = timedelta(days=10, minutes=1)
_SOON = timedelta(minutes=1)
_LONG = 5


class SubscriptionsScene:
    """The words of the exam, said with those of the double."""

    def __init__(self, account: PayPalAccount) -> None:
        self.account = account
        self.settings = account.settings()
        self.gateway: Gateway = SubscriptionsGateway(self.settings)

    def customer(self) -> str:
        return self.account.subscription(email=f"{uuid4()}@example.com", name="Ada Example", cycles=0)

    def good_method(self, customer: str) -> str:
        self.account.set_funding(customer, "good")
        return f"{customer}:method"

    def declining_method(self, customer: str) -> str:
        self.account.set_funding(customer, "declined")
        return f"{customer}:method"

    def asking_method(self, customer: str) -> str:
        return ""

    def owed(self, customer: str, amount: Money) -> str:
        """Let a cycle fail with both its retries: only then it is outstanding."""
        self._costs(customer, amount)
        self.account.set_funding(customer, "declined")
        self._until_billed(customer, _LAST_RETRY)
        tries = [one for one in self.transactions(customer) if one["status"] == "DECLINED"]
        return f"{customer}:{tries[-3]['id']}"

    def paid(self, customer: str, amount: Money) -> str:
        self._costs(customer, amount)
        self.account.set_funding(customer, "good")
        self._until_billed(customer, _SOON)
        return f"{customer}:{self.transactions(customer)[-1]['id']}"

    def long_history(self) -> tuple[str, Collection[str]]:
        customer = self.account.subscription(cycles=_LONG)
        return customer, [f"{customer}:{one['id']}" for one in self.transactions(customer)]

    def subscription(self, customer: str, amount: Money) -> str:
        self.paid(customer, amount)
        return customer

    def arrear(self, subscription: str) -> str:
        raise AssertionError("PayPal lets nobody choose what pays a subscription")

    def in_parts(self, customer: str) -> str:
        """Two months in one payment: one that failed, and the next bill, which asks for both."""
        first = self.owed(customer, Money(1900, "EUR"))
        self.account.set_funding(customer, "good")
        self._until_billed(customer, _SOON)
        return first

    def part_paid(self, amount: Money, part: Money) -> tuple[str, str]:
        customer = self.customer()
        owed = self.owed(customer, amount)
        self.account.set_funding(customer, "good")
        asked = {"note": "A part", "capture_type": "OUTSTANDING_BALANCE", "amount": to_paypal(part)}
        self.account.api("POST", f"/v1/billing/subscriptions/{customer}/capture", asked, key=str(uuid4()))
        return customer, owed

    def enter_method(self, setup: MethodSetup) -> None:
        raise AssertionError("a subscription's method is PayPal's to ask for")

    def enter_asking_method(self, setup: MethodSetup) -> bool:
        raise AssertionError("a subscription's method is PayPal's to ask for")

    def answer_bank(self, waiting: str, *, confirm: bool) -> None:
        raise AssertionError("no bank asks about what PayPal collects")

    def losing_answers(self) -> AbstractContextManager[None]:
        return self.account.losing_answers(".*/capture")

    def captured(self, customer: str) -> Collection[Money]:
        paid = [one for one in self.transactions(customer) if one["status"] != "DECLINED"]
        return [from_paypal(one["amount_with_breakdown"]["gross_amount"]) for one in paid]

    def refunded(self, charge: str) -> int:
        return self.account.refunded(charge.partition(":")[2])

    def unknown(self, kind: ObjectKind) -> str:
        return "I-N0B0DYKN0WS:9AB12345CD678901E" if kind is ObjectKind.COLLECTIBLE else "I-N0B0DYKN0WS"

    def webhook(self, about: ObjectReference | None, *, signed_at: datetime, honest: bool = True) -> Webhook:
        kind, resource = "WEATHER.CHANGED", {"id": "W-1"}
        if about is not None:
            subscription, _, paid = about.reference.partition(":")
            kind, resource = "BILLING.SUBSCRIPTION.UPDATED", {"id": subscription}
            if paid:
                kind, resource = "PAYMENT.SALE.COMPLETED", {"id": paid, "billing_agreement_id": subscription}
        event = {"id": f"WH-{uuid4()}", "event_type": kind, "create_time": written(signed_at)}
        body = json.dumps(event | {"resource": resource}).encode()
        endpoint = "" if honest else "9XY12345AB678901C"
        return Webhook(body=body, headers=self.account.signed(body, at=signed_at, webhook_id=endpoint))

    def transactions(self, subscription: str) -> list[Json]:
        """Give what a subscription did, oldest first, as PayPal says."""
        span = "start_time=2000-01-01T00:00:00Z&end_time=2100-01-01T00:00:00Z"
        path = f"/v1/billing/subscriptions/{subscription}/transactions?{span}"
        found: list[Json] = self.account.api("GET", path)[1]["transactions"]
        return sorted(found, key=lambda one: str(one["time"]))

    def _costs(self, subscription: str, amount: Money) -> None:
        """Set the price, in the smallest unit that PayPal knows of its currency."""
        minor = amount.minor // 10 if amount.currency == "KWD" else amount.minor
        self.account.set_price(subscription, minor, amount.currency)

    def _until_billed(self, subscription: str, later: timedelta) -> None:
        said = self.account.api("GET", f"/v1/billing/subscriptions/{subscription}")[1]
        due = moment(said["billing_info"]["next_billing_time"])
        self.account.advance(seconds=(due + later - self.account.now()).total_seconds())
