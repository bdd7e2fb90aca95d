"""The exam's scene at PayPal for Vault and Orders: the double, which holds every request to what PayPal publishes."""

import json
from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime
from uuid import uuid4

from paydesk.gateways.conformance_scene import Webhook
from paydesk.gateways.contract import Gateway, ObjectKind, ObjectReference
from paydesk.gateways.method_setup import MethodSetup
from paydesk.gateways.paypal.amounts import from_paypal, to_paypal
from paydesk.gateways.paypal.events import custom_id
from paydesk.gateways.paypal.gateway import VaultGateway
from paydesk.gateways.paypal.requests import Json
from paydesk.kit.money import Money
from tests.paypal_account import NEEDS_3D_SECURE_TO_SAVE, PayPalAccount

_LONG = 5
_UNKNOWN = {
    ObjectKind.CUSTOMER: "nobody-knows",
    ObjectKind.DISPUTE: "PP-D-00000",
    ObjectKind.SUBSCRIPTION: "I-NOBODYKNOWS",
}


class PayPalExamScene:
    """The words of the exam, said with those of an account at the double. Reports are current, so that it can look."""

    def __init__(self, account: PayPalAccount) -> None:
        self.account = account
        account.lag()
        self.settings = account.settings(webhook_ca=account.double.root_certificate)
        self.gateway: Gateway = VaultGateway(self.settings)

    def customer(self) -> str:
        made = self.gateway.create_customer(email="ada@example.com", name="Ada Example", key=str(uuid4()))
        return made.reference

    def good_method(self, customer: str) -> str:
        return self.account.card(customer)

    def declining_method(self, customer: str) -> str:
        return self.account.card(customer, "declined:5120")

    def asking_method(self, customer: str) -> str:
        """Nothing: a charge is made without its customer, and a bank that wants them has said no (test_charges.py)."""
        return ""

    def owed(self, customer: str, amount: Money) -> str:
        raise AssertionError("RETRY_COLLECTIBLE is not offered")

    def paid(self, customer: str, amount: Money) -> str:
        """The merchant's own system charges a method from the vault, with the customer that our reports go by."""
        unit = {"amount": to_paypal(amount), "custom_id": custom_id(tag="", customer=customer)}
        unit["description"] = "Bought in the shop"
        source = {"paypal": {"vault_id": self.account.wallet(customer)}}
        order = {"intent": "CAPTURE", "purchase_units": [unit], "payment_source": source}
        status, made = self.account.api("POST", "/v2/checkout/orders", order, key=str(uuid4()))
        assert status == 201, made
        return str(made["purchase_units"][0]["payments"]["captures"][0]["id"])

    def long_history(self) -> tuple[str, Collection[str]]:
        customer = self.customer()
        return customer, [self.paid(customer, Money(100 + place, "EUR")) for place in range(_LONG)]

    def subscription(self, customer: str, amount: Money) -> str:
        raise AssertionError("CANCEL_NOW is not offered")

    def arrear(self, subscription: str) -> str:
        raise AssertionError("SET_SUBSCRIPTION_METHOD is not offered")

    def in_parts(self, customer: str) -> str:
        return ""

    def part_paid(self, amount: Money, part: Money) -> tuple[str, str]:
        raise AssertionError("RETRY_COLLECTIBLE is not offered")

    def enter_method(self, setup: MethodSetup) -> None:
        self.account.enter_card(setup.reference.partition(":")[0])

    def enter_asking_method(self, setup: MethodSetup) -> bool:
        self.account.enter_card(setup.reference.partition(":")[0], NEEDS_3D_SECURE_TO_SAVE)
        return False

    def answer_bank(self, waiting: str, *, confirm: bool) -> None:
        raise AssertionError("nothing waits")

    def losing_answers(self) -> AbstractContextManager[None]:
        return self.account.losing_answers()

    def captured(self, customer: str) -> Collection[Money]:
        return [_money(one) for one in self.account.captured(customer)]

    def refunded(self, charge: str) -> int:
        _status, capture = self.account.api("GET", f"/v2/payments/captures/{charge}")
        currency = from_paypal(capture["amount"]).currency
        return _money({"minor": self.account.refunded(charge), "currency": currency}).minor

    def unknown(self, kind: ObjectKind) -> str:
        return _UNKNOWN.get(kind, "0AB12345CD678901E")

    def webhook(self, about: ObjectReference | None, *, signed_at: datetime, honest: bool = True) -> Webhook:
        kind, resource = _told(about)
        event = {"id": f"WH-{uuid4()}", "event_type": kind, "create_time": signed_at.isoformat()}
        body = json.dumps(event | {"resource": resource}).encode()
        webhook_id = "" if honest else "SOMEBODYELSES"
        return Webhook(body=body, headers=self.account.signed(body, at=signed_at, webhook_id=webhook_id))


def _told(about: ObjectReference | None) -> tuple[str, Json]:
    if about is None:
        return "WEATHER.REPORT", {"id": "1"}
    if about.kind is ObjectKind.CUSTOMER:
        return "VAULT.PAYMENT-TOKEN.CREATED", {"id": "8kk8451t", "customer": {"id": about.reference}}
    capture = {"id": about.reference, "status": "COMPLETED"}
    mark = {"custom_id": custom_id(tag=about.tag, customer="pd0")} if about.tag else {}
    return "PAYMENT.CAPTURE.COMPLETED", capture | mark


def _money(said: Json) -> Money:
    """The double counts the smallest unit that PayPal knows: cents, also of a dinar."""
    places = 0 if said["currency"] in ("JPY", "HUF", "TWD") else 2
    value = f"{said['minor'] / 10**places:.{places}f}"
    return from_paypal({"currency_code": said["currency"], "value": value})
