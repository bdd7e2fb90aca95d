"""The exam's scene at the simulated company: each scene is an account of its own."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

from paydesk.gateways.conformance_scene import Webhook
from paydesk.gateways.contract import Gateway, ObjectKind, ObjectReference
from paydesk.gateways.method_setup import MethodSetup
from paydesk.kit.money import Money
from tests.gateways.recorded import DISCOUNTS, ITEMS, TAXES
from tests.simulator import ControlRefused, Json, SimulatedAccount, Simulator

_MOVING_MONEY = ("charge.prepare", "charge.confirm", "refund.create")
_PREFIXES = {
    ObjectKind.CUSTOMER: "cus",
    ObjectKind.SUBSCRIPTION: "sub",
    ObjectKind.COLLECTIBLE: "bill",
    ObjectKind.CHARGE: "ch",
    ObjectKind.REFUND: "rf",
    ObjectKind.DISPUTE: "dp",
    ObjectKind.METHOD_SETUP: "setup",
}


class SimulatedScene:
    """One account, and the gateway that sits the exam on it. Pages are short, so that a few rows fill several."""

    def __init__(self, simulator: Simulator, gateway: type[Gateway], *, kind: str) -> None:
        self.account: SimulatedAccount = simulator.account(kind)
        self.settings = self.account.settings(page_size="2")
        self.gateway: Gateway = gateway(self.settings)

    def customer(self) -> str:
        made = self.account.api(
            "/customers", key=str(uuid4()), email=f"{uuid4()}@example.com", name="Ada Example"
        )
        return str(made["id"])

    def good_method(self, customer: str) -> str:
        return self.account.method(customer)

    def declining_method(self, customer: str) -> str:
        return self.account.method(customer, "insufficient_funds")

    def asking_method(self, customer: str) -> str:
        return self.account.method(customer, "secure_when_charged")

    def owed(self, customer: str, amount: Money) -> str:
        bill = self.account.bill(customer, minor=amount.minor, currency=amount.currency)
        assert bill["status"] == "failed", "the customer has no method yet, so nothing could be collected"
        return str(bill["id"])

    def paid(self, customer: str, amount: Money) -> str:
        self.account.method(customer)
        if self.account.kind == "billing":
            return str(self.account.bill(customer, minor=amount.minor, currency=amount.currency)["id"])
        wanted = {"customer": customer, "amount_minor": amount.minor, "currency": amount.currency}
        prepared = self.account.api("/charges", key=str(uuid4()), description="Bought in the shop", **wanted)
        return str(self.account.api(f"/charges/{prepared['id']}/confirm", key=str(uuid4()))["id"])

    def long_history(self) -> tuple[str, Collection[str]]:
        many = [
            {"amount_minor": 100 + place, "currency": "EUR", "title": f"No. {place}"} for place in range(7)
        ]
        rows = "bills" if self.account.kind == "billing" else "charges"
        made = self.account.seed({"email": "long@example.com", "name": "Long", "methods": [{}], rows: many})[
            0
        ]
        return made["id"], made[rows]

    def subscription(self, customer: str, amount: Money) -> str:
        made = self.account.subscription(customer, minor=amount.minor, currency=amount.currency)
        return str(made["id"])

    def arrear(self, subscription: str) -> str:
        customer = str(self.account.api(f"/subscriptions/{subscription}")["customer"])
        stubborn = self.account.method(customer, "insufficient_funds")
        self.account.api(f"/subscriptions/{subscription}/method", key=str(uuid4()), method=stubborn)
        self.account.advance(days=32)
        rows = self.account.api(f"/customers/{customer}/history")["rows"]
        return next(str(row["id"]) for row in rows if row["status"] == "failed")

    def in_parts(self, customer: str) -> str:
        if self.account.kind != "billing":
            return ""
        self.account.method(customer)
        parts = {"lines": ITEMS, "discounts": DISCOUNTS, "taxes": TAXES, "balance_minor": 400}
        return str(self.account.control("/bills", customer=customer, currency="EUR", **parts)["id"])

    def part_paid(self, amount: Money, part: Money) -> tuple[str, str]:
        bill = {"title": "Kiln", "amount_minor": amount.minor, "currency": amount.currency}
        told = {**bill, "paid_in": [part.minor], "declined": ["insufficient_funds"], "status": "failed"}
        customer = {"email": "part@example.com", "name": "Part", "methods": [{}], "bills": [told]}
        made = self.account.seed(customer)[0]
        return made["id"], made["bills"][0]

    def enter_method(self, setup: MethodSetup) -> None:
        self.account.enter_card(setup.reference)

    def enter_asking_method(self, setup: MethodSetup) -> bool:
        self.account.enter_card(setup.reference, "secure")
        return True

    def answer_bank(self, waiting: str, *, confirm: bool) -> None:
        self.account.answer_bank(waiting, confirm=confirm)

    @contextmanager
    def losing_answers(self) -> Iterator[None]:
        for operation in _MOVING_MONEY:
            self.account.fault("lost_after", operation=operation, times=100)
        yield
        self.account.no_faults()

    def captured(self, customer: str) -> Collection[Money]:
        rows = [row for row in self.account.journal() if row["kind"] == "charge"]
        return [Money(row["amount_minor"], row["currency"]) for row in rows if row["customer_id"] == customer]

    def refunded(self, charge: str) -> int:
        rows = [row for row in self.account.journal() if row["kind"] == "refund"]
        return -sum(int(row["amount_minor"]) for row in rows if row["charge_id"] == charge)

    def unknown(self, kind: ObjectKind) -> str:
        return f"{_PREFIXES[kind]}_00000000000000000000"

    def webhook(self, about: ObjectReference | None, *, signed_at: datetime, honest: bool = True) -> Webhook:
        body = self._event_about(about.reference) if about else _event_of_an_unknown_kind()
        age = (datetime.now(UTC) - signed_at).total_seconds()
        headers = self.account.signed(body, secret="" if honest else "somebody else's", age=age)
        return Webhook(body=body, headers=headers)

    def _event_about(self, reference: str) -> bytes:
        """Give what the company would deliver: the newest event about the object."""
        for event in reversed(self.account.events()):
            words: Json = json.loads(event["body"])
            if words["object"]["id"] == reference:
                return str(event["body"]).encode()
        raise ControlRefused(f"nothing has happened to {reference}")


def _event_of_an_unknown_kind() -> bytes:
    moment = datetime.now(UTC).isoformat()
    return json.dumps({"id": f"evt_{uuid4()}", "kind": "weather.changed", "created_at": moment}).encode()
