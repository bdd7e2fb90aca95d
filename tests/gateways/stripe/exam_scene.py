"""The exam's scene at Stripe: localstripe behind the checking proxy."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime
from urllib.error import URLError
from uuid import uuid4

from paydesk.gateways.conformance_scene import AMOUNT, Webhook
from paydesk.gateways.contract import Gateway, ObjectKind, ObjectReference
from paydesk.gateways.method_setup import MethodSetup
from paydesk.gateways.stripe.amounts import from_stripe, to_stripe
from paydesk.gateways.stripe.gateway import StripeGateway
from paydesk.kit.money import Money
from tests.stripe_scene import (
    DECLINED_WHEN_CHARGED,
    GOOD,
    NEEDS_3D_SECURE,
    WEBHOOK_SECRET,
    Object,
    StripeScene,
)

_MOVING_MONEY = ("/v1/payment_intents", "/v1/payment_intents/.*", "/v1/invoices/.*", "/v1/refunds")
_OBJECTS = {
    ObjectKind.CUSTOMER: ("cus", "customer"),
    ObjectKind.SUBSCRIPTION: ("sub", "subscription"),
    ObjectKind.COLLECTIBLE: ("in", "invoice"),
    ObjectKind.CHARGE: ("ch", "charge"),
    ObjectKind.REFUND: ("re", "refund"),
    ObjectKind.DISPUTE: ("dp", "dispute"),
    ObjectKind.METHOD_SETUP: ("seti", "setup_intent"),
}
_LONG = 4


class StripeExamScene:
    """The words of the exam, said with those of our scene. Amounts go to localstripe as Stripe writes them."""

    def __init__(self, scene: StripeScene) -> None:
        self._scene = scene
        self.settings = scene.settings()
        self.gateway: Gateway = StripeGateway(self.settings)

    def customer(self) -> str:
        return self._scene.customer(email=f"{uuid4()}@example.com", name="Ada Example")

    def good_method(self, customer: str) -> str:
        return self._scene.card(customer, GOOD)

    def declining_method(self, customer: str) -> str:
        return self._scene.card(customer, DECLINED_WHEN_CHARGED)

    def asking_method(self, customer: str) -> str:
        return self._scene.card(customer, NEEDS_3D_SECURE)

    def owed(self, customer: str, amount: Money) -> str:
        return self._scene.owed(customer, amount=to_stripe(amount), currency=amount.currency.lower())

    def paid(self, customer: str, amount: Money) -> str:
        return self._scene.owed(
            customer, amount=to_stripe(amount), currency=amount.currency.lower(), card=GOOD
        )

    def long_history(self) -> tuple[str, Collection[str]]:
        customer = self.customer()
        invoices = [self.paid(customer, Money(100 + place, "EUR")) for place in range(_LONG)]
        return customer, [*invoices, self._scene.charge(customer)]

    def subscription(self, customer: str, amount: Money) -> str:
        self._scene.make_default(customer, self.good_method(customer))
        return self._scene.subscription(customer, amount=to_stripe(amount))

    def arrear(self, subscription: str) -> str:
        customer = self._scene.as_stripe_says(f"/v1/subscriptions/{subscription}")["customer"]
        declines = self.declining_method(customer)
        return self._scene.next_invoice(subscription, amount=to_stripe(AMOUNT), method=declines)

    def in_parts(self, customer: str) -> str:
        """Two lines and a tax, which localstripe knows; a coupon and a balance, which it does not."""
        card = self.good_method(customer)
        self._scene.make_default(customer, card)
        subscription = self._scene.subscription(customer, amount=1900, taxes=[self._scene.tax(19)])
        invoice = self._scene.next_invoice(subscription, amount=5000, method=card)
        said = self._scene.as_stripe_says(f"/v1/invoices/{invoice}")
        spring = {"id": "di_1", "object": "discount", "source": {"coupon": {"id": "co_1", "name": "Spring"}}}
        taken = {"discounts": [spring], "total_discount_amounts": [{"amount": 200, "discount": "di_1"}]}
        amounts = {"total": said["total"] - 200, "starting_balance": -300, "amount_due": said["total"] - 500}
        self._scene.say_of(invoice, **taken, **amounts)
        return invoice

    def part_paid(self, amount: Money, part: Money) -> tuple[str, str]:
        """An invoice over the rest, which localstripe can charge; that it was about more is said over it."""
        customer = self.customer()
        invoice = self.owed(customer, amount - part)
        self.pay_part(invoice, customer, amount, part)
        return customer, invoice

    def pay_part(self, invoice: str, customer: str, amount: Money, part: Money) -> str:
        """Let somebody pay a part of an open invoice with a PaymentIntent of its own; gives its charge."""
        made = self.begin_part(customer, part, self.good_method(customer))
        paid = self._scene.client.v1.payment_intents.confirm(made)
        payment = {"status": "paid", "payment": {"type": "payment_intent", "payment_intent": made}}
        self._scene.say_of(
            invoice,
            total=to_stripe(amount),
            amount_due=to_stripe(amount),
            amount_paid=to_stripe(part),
            amount_remaining=to_stripe(amount - part),
            payments={"data": [payment]},
        )
        return str(paid.latest_charge)

    def begin_part(self, customer: str, part: Money, method: str) -> str:
        """Make a PaymentIntent that nobody has confirmed yet, as somebody would for a part of an invoice."""
        made = self._scene.client.v1.payment_intents.create(
            {
                "amount": to_stripe(part),
                "currency": part.currency.lower(),
                "customer": customer,
                "payment_method": method,
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            }
        )
        return made.id

    def enter_method(self, setup: MethodSetup) -> None:
        self._scene.enter_card(setup.reference)

    def enter_asking_method(self, setup: MethodSetup) -> bool:
        self._scene.enter_card(setup.reference, NEEDS_3D_SECURE)
        return True

    def answer_bank(self, waiting: str, *, confirm: bool) -> None:
        """`in_...:ch_...` is how our gateway knows the try at an invoice, `pi_...` a charge of its own."""
        if waiting.startswith("seti_"):
            self._scene.confirm_card(waiting, success=confirm)
            return
        invoice = waiting.partition(":")[0]
        page = f"_hosted_invoice/{invoice}" if invoice.startswith("in_") else f"_confirm/{waiting}"
        try:
            self._scene.finish_3d_secure(f"{self._scene.url}/{page}", success=confirm)
        except URLError:
            return  # the page sends the customer back to a shop that is not there, or the step is over

    def losing_answers(self) -> AbstractContextManager[None]:
        return self._scene.losing_answers(*_MOVING_MONEY)

    def captured(self, customer: str) -> Collection[Money]:
        charges = self._scene.charges(customer)
        return [
            from_stripe(one["amount"], one["currency"]) for one in charges if one["status"] == "succeeded"
        ]

    def refunded(self, charge: str) -> int:
        found = self._scene.charge_behind(charge)
        return from_stripe(found["amount_refunded"], found["currency"]).minor

    def unknown(self, kind: ObjectKind) -> str:
        return f"{_OBJECTS[kind][0]}_nobodyknows"

    def webhook(self, about: ObjectReference | None, *, signed_at: datetime, honest: bool = True) -> Webhook:
        named: Object = {"id": "po_1", "object": "weather_report"}
        if about:
            named = {"id": about.reference, "object": _OBJECTS[about.kind][1], "status": "open"}
            named["metadata"] = {"paydesk_attempt": about.tag} if about.tag else {}
        secret = WEBHOOK_SECRET if honest else "whsec_somebody_else"
        body, headers = self._scene.signed_event("some.kind", named, at=signed_at, secret=secret)
        return Webhook(body=body, headers=headers)
