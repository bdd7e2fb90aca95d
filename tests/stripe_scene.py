"""A Stripe account to test against: localstripe behind the checking proxy, and the words to set a scene with.

Import `stripe_account` and `stripe_scene` into a conftest. Everything is made through `StripeScene`; what is read or
moved by the code under test goes to `scene.url`, where the contract is checked.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
import stripe

from paydesk.gateways.contract import Settings
from tests.stripe_account import PastDue as PastDue
from tests.stripe_account import StripeAccount
from tests.stripe_account import stripe_account as stripe_account

GOOD = "4242424242424242"
DECLINED_WHEN_ENTERED = "4000000000000002"
DECLINED_WHEN_CHARGED = "4000000000000341"
NEEDS_3D_SECURE = "4000002500003155"

SECRET_KEY = "sk_test_double"
PUBLISHABLE_KEY = "pk_test_double"
WEBHOOK_SECRET = "whsec_double"
Object = dict[str, Any]


@pytest.fixture
def stripe_scene(stripe_account: StripeAccount) -> Iterator[StripeScene]:
    """Give a scene on an empty account, and fail a test whose code asked for what Stripe would refuse today."""
    scene = StripeScene(stripe_account)
    scene.begin_again()
    yield scene
    assert scene.violations() == scene.expected_violations


class StripeScene:
    """What a test says about the account: who is there, what was paid, what shall go wrong."""

    def __init__(self, account: StripeAccount) -> None:
        self.url = account.url
        self.script_url = f"{account.url}/js.stripe.com/v3/"
        self.expected_violations: list[str] = []
        self.client = stripe.StripeClient(
            SECRET_KEY, base_addresses={"api": account.url}, max_network_retries=0
        )
        self._localstripe = account.localstripe_url

    def settings(self, **changed: Any) -> Settings:
        """Make the settings of a gateway on this account, on the machine's clock unless told otherwise."""
        credentials = {
            "secret_key": SECRET_KEY,
            "publishable_key": PUBLISHABLE_KEY,
            "webhook_secret": WEBHOOK_SECRET,
        }
        made = {"base_url": self.url, "credentials": credentials, "options": {"script_url": self.script_url}}
        return Settings(**{**made, "now": lambda: datetime.now(UTC), **changed})

    def customer(self, *, email: str = "ada@example.com", name: str = "Ada", card: str = "") -> str:
        """Make a customer, with a card on file as default when a number is given."""
        customer = str(self._make("customers", email=email, name=name)["id"])
        if card:
            self.make_default(customer, self.card(customer, card))
        return customer

    def card(self, customer: str, number: str = GOOD) -> str:
        """Put a card on file; a number that is declined when entered cannot be."""
        details = {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"}
        method = str(self._make("payment_methods", type="card", card=details)["id"])
        self._make(f"payment_methods/{method}/attach", customer=customer)
        return method

    def make_default(self, customer: str, method: str) -> None:
        self._make(f"customers/{customer}", invoice_settings={"default_payment_method": method})

    def subscription(
        self,
        customer: str,
        *,
        name: str = "Pro",
        amount: int = 1900,
        currency: str = "eur",
        interval: str = "month",
        days_free: int = 0,
        taxes: Sequence[str] = (),
    ) -> str:
        """Subscribe a customer; the first invoice is paid with the card on file, or fails with it."""
        more: Object = {"default_tax_rates": list(taxes)} if taxes else {}
        if days_free:
            more["trial_end"] = int(time.time()) + days_free * 24 * 60 * 60
        plan = self._plan(name, amount, interval, currency)
        return str(self._make("subscriptions", customer=customer, items=[{"plan": plan}], **more)["id"])

    def tax(self, percentage: int, *, name: str = "VAT") -> str:
        """Make a tax rate that comes on top."""
        made = self._make("tax_rates", display_name=name, percentage=percentage, inclusive=False)
        return str(made["id"])

    def past_due(self, *, card: str = DECLINED_WHEN_CHARGED, email: str = "ada@example.com") -> PastDue:
        """Make a subscription whose first invoice was paid, and whose second failed with another card."""
        customer = self.customer(email=email, card=GOOD)
        subscription = self.subscription(customer, amount=1900)
        paid = self.invoices(customer)[0]
        method = self.card(customer, card)
        return PastDue(
            customer=customer,
            subscription=subscription,
            paid_invoice=paid,
            failed_invoice=self.next_invoice(subscription, amount=17100, method=method),
            method=method,
        )

    def next_invoice(self, subscription: str, *, amount: int, method: str) -> str:
        """Go on to a yearly price: localstripe's time stands still, and this makes the next invoice, over an amount.

        A card that becomes the customer's default pays it; one of its lines is for what was not used.
        """
        found = self._ask("GET", f"/v1/subscriptions/{subscription}")
        before = self.invoices(found["customer"])
        paid = [self._ask("GET", f"/v1/invoices/{one}") for one in before]
        unused = sum(one["subtotal"] for one in paid if one["subscription"] == subscription)
        self.make_default(found["customer"], method)
        currency = found["plan"]["currency"]
        yearly = self._plan("Pro, yearly", amount + unused, "year", currency)
        self._make(f"subscriptions/{subscription}", items=[{"plan": yearly}])
        return next(invoice for invoice in self.invoices(found["customer"]) if invoice not in before)

    def pay_subscription_with(self, subscription: str, method: str) -> None:
        """Give a subscription a method of its own, which goes before the customer's default."""
        self.client.v1.subscriptions.update(subscription, {"default_payment_method": method})

    def pay_invoice_with(self, invoice: str, method: str) -> None:
        """Give an open invoice a method of its own, which goes before its subscription's."""
        self.client.v1.invoices.update(invoice, {"default_payment_method": method})

    def say_of(self, reference: str, **fields: Any) -> None:
        """Let Stripe say of an object what localstripe cannot: these fields are put over it."""
        self._post(f"{self.url}/_changes", {"id": reference, "fields": fields})

    def happened(self, kind: str, named: Object, *, at: datetime | None = None) -> str:
        """Let something have happened at the account of which no webhook came; gives the event's id."""
        event = f"evt_{uuid4().hex}"
        body, _headers = self.signed_event(kind, named, at=at, event_id=event)
        self._post(f"{self.url}/_events", json.loads(body))
        return event

    def as_stripe_says(self, path: str) -> Object:
        """Read one object in today's shape, as the code under test would."""
        found: Object = json.loads(self.client.raw_request("get", path).body)
        return found

    def owed(
        self, customer: str, *, amount: int, currency: str = "eur", card: str = DECLINED_WHEN_CHARGED
    ) -> str:
        """Make an invoice that localstripe tried to collect with a card: a subscription's, for it makes no other."""
        before = self.invoices(customer)
        self.make_default(customer, self.card(customer, card))
        self.subscription(customer, name="Delivery", amount=amount, currency=currency)
        return next(invoice for invoice in self.invoices(customer) if invoice not in before)

    def charges(self, customer: str) -> list[Object]:
        """Give the customer's charges as localstripe has them: what was really taken."""
        found: list[Object] = self._ask("GET", f"/v1/charges?limit=1000&customer={customer}")["data"]
        return found

    def charge_behind(self, reference: str) -> Object:
        """Give one charge as localstripe has it."""
        return self._ask("GET", f"/v1/charges/{reference}")

    def charge(self, customer: str, *, amount: int = 1500, description: str = "Workshop") -> str:
        """Charge a customer's default card without an invoice."""
        made = self._make(
            "charges", amount=amount, currency="eur", customer=customer, description=description
        )
        return str(made["id"])

    def invoices(self, customer: str) -> list[str]:
        """Name the customer's invoices, as localstripe lists them."""
        found = self._ask("GET", f"/v1/invoices?limit=1000&customer={customer}")["data"]
        return [invoice["id"] for invoice in found]

    def enter_card(self, setup: str, number: str = GOOD) -> None:
        """Do what the customer's browser does with the Card Element; raises HTTPError where the card is declined."""
        secret = self._ask("GET", f"/v1/setup_intents/{setup}")["client_secret"]
        card = {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"}
        self._make(
            f"setup_intents/{setup}/confirm",
            client_secret=secret,
            payment_method_data={"type": "card", "card": card},
        )

    def finish_3d_secure(self, action_url: str, *, success: bool = True) -> None:
        """Press a button on the page that an outcome sent the customer to; where it goes next does not matter here."""
        body = f"success={'true' if success else 'false'}".encode()
        with urlopen(Request(action_url, data=body, method="POST"), timeout=10):
            pass

    def confirm_card(self, setup: str, *, success: bool) -> None:
        """Answer the bank's question about a card that was entered, as the Card Element does; it asks once."""
        found = self._ask("GET", f"/v1/setup_intents/{setup}")
        if found["status"] == "requires_action":
            verb = "confirm" if success else "cancel"
            self._make(f"setup_intents/{setup}/{verb}", client_secret=found["client_secret"])

    def decline_with(self, method: str, code: str) -> None:
        """Let charges to a card be declined with one of Stripe's codes, where localstripe knows a single one."""
        self._post(f"{self.url}/_declines", {"payment_method": method, "code": code})

    def fail_next(self, method: str, path: str, kind: str, **more: Any) -> None:
        """Let one request go wrong: `lost_before`, `lost_after`, `slow`, `declines_as_open`, or a status as text.

        `seconds` go with `slow`, `code` and `headers` with a status.
        """
        self._post(f"{self.url}/_faults", {"method": method, "path": path, "kind": kind, **more})

    @contextmanager
    def losing_answers(self, *paths: str) -> Iterator[None]:
        """While it is open, what is posted to these paths is done, and every answer is lost."""
        for path in paths:
            fault = {"method": "POST", "path": path, "kind": "lost_after", "stays": True}
            self._post(f"{self.url}/_faults", fault)
        yield
        with urlopen(Request(f"{self.url}/_faults", method="DELETE"), timeout=10):
            pass

    def begin_again(self) -> None:
        """Empty the account. Where webhooks go stays as it was."""
        self._post(f"{self.url}/_begin_again", {})

    def violations(self) -> list[str]:
        """Say what was asked against the contract."""
        found: list[str] = self._get(f"{self.url}/_violations")
        return found

    def journal(self) -> list[Object]:
        """Say every request that was asked of the API, with its key."""
        found: list[Object] = self._get(f"{self.url}/_journal")
        return found

    def send_webhooks_to(self, url: str, name: str = "paydesk") -> None:
        """Let localstripe send its signed events to an address, about a second after each change.

        It says nothing of an invoice that fails or of a subscription that changes: sign those with `signed_event`.
        """
        self._post(f"{self._localstripe}/_config/webhooks/{name}", {"url": url, "secret": WEBHOOK_SECRET})

    def signed_event(
        self,
        kind: str,
        named: Object,
        *,
        at: datetime | None = None,
        event_id: str = "evt_1",
        secret: str = WEBHOOK_SECRET,
    ) -> tuple[bytes, dict[str, str]]:
        """Make the body and headers of a webhook, signed as Stripe signs."""
        stamp = int((at or datetime.now(UTC)).timestamp())
        event = {
            "id": event_id,
            "object": "event",
            "type": kind,
            "created": stamp,
            "data": {"object": named},
        }
        body = json.dumps(event)
        header = stripe.WebhookSignature.generate_signature_header(body, secret, stamp)
        return body.encode(), {"stripe-signature": header}

    def _plan(self, name: str, amount: int, interval: str, currency: str = "eur") -> str:
        product = self._make("products", name=name, type="service")["id"]
        made = self._make("plans", product=product, amount=amount, currency=currency, interval=interval)
        return str(made["id"])

    def _make(self, folder: str, **asked: Any) -> Object:
        return self._ask("POST", f"/v1/{folder}", asked)

    def _ask(self, method: str, path: str, asked: Object | None = None) -> Object:
        request = Request(self._localstripe + path, method=method)
        request.add_header("Authorization", f"Bearer {SECRET_KEY}")
        body = json.dumps(asked).encode() if asked is not None else None
        with urlopen(request, data=body, timeout=10) as answer:
            found: Object = json.loads(answer.read())
            return found

    def _post(self, url: str, asked: Object) -> None:
        with urlopen(Request(url, data=json.dumps(asked).encode()), timeout=10):
            pass

    def _get(self, url: str) -> Any:
        with urlopen(url, timeout=10) as answer:
            return json.loads(answer.read())
