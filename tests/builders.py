"""Build rows for tests and pictures: a merchant, its customers, what they bought, owe and paid."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client

from paydesk.access.cookies import session_cookie
from paydesk.access.models import Session
from paydesk.access.sessions import start_session
from paydesk.billing.customers.models import Customer, CustomerEmail, GatewayCustomer
from paydesk.billing.orders.models import Order, OrderLine
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt, Dispute, Payment, Refund
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.merchants.connect import seal
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Connection, Merchant

_NUMBERS = itertools.count(1)


def now() -> datetime:
    """Give the moment that the rows are built around: pages compare them with the clock on the wall."""
    return clock.wall_now().replace(microsecond=0)


def days(count: float) -> datetime:
    """Give the moment so many days from now; before it when negative."""
    return now() + timedelta(days=count)


def at(year: int, month: int, day: int, hour: int = 12) -> datetime:
    """Give a moment in UTC."""
    return datetime(year, month, day, hour, tzinfo=UTC)


def merchant(slug: str = "harbor", **fields: Any) -> MerchantInSight:
    """Add a merchant at /m/SLUG."""
    given = {
        "name": "Harbor Coffee Roasters",
        "mode": "test",
        "time_zone": "Europe/Berlin",
        "support_email": f"help@{slug}.example",
        "accent_color": "#0b6e4f",
        "created_at": days(-900),
    }
    return merchant_by_id(Merchant.objects.create(slug=slug, **(given | fields)).id)


def connection(shop: MerchantInSight, **fields: Any) -> Connection:
    """Connect an account of the simulated company; nobody answers at its address unless one is given."""
    credentials = fields.pop("credentials", {"api_key": "key", "webhook_secret": "secret"})
    given = {
        "gateway": "simulated-billing",
        "name": f"Connection {next(_NUMBERS)}",
        "base_url": "http://127.0.0.1:9",
        "credentials": seal(shop.uuid, credentials),
        "created_at": days(-900),
    }
    return Connection.objects.create(merchant_id=shop.id, **(given | fields))


def customer(shop: MerchantInSight, name: str = "Ada Okafor", address: str = "", **fields: Any) -> Customer:
    """Add a customer with one address."""
    row = Customer.objects.create(merchant_id=shop.id, name=name, created_at=days(-800), **fields)
    address = address or f"{name.split()[0].lower()}@example.com"
    CustomerEmail.objects.create(
        merchant_id=shop.id, customer_id=row.id, address=address, normalized=address.lower()
    )
    return row


def owner(who: Customer, account: Connection, reference: str = "") -> GatewayCustomer:
    """Give the customer a record at the company."""
    reference = reference or f"cus_{next(_NUMBERS)}"
    return GatewayCustomer.objects.create(
        merchant_id=who.merchant_id, connection_id=account.id, customer_id=who.id, reference=reference
    )


def method(who: Customer, account: Connection, **fields: Any) -> PaymentMethod:
    """Save a method: a Visa ending in 4242 unless told otherwise."""
    given = {
        "reference": f"pm_{next(_NUMBERS)}",
        "kind": "card",
        "brand": "visa",
        "last_four": "4242",
        "expires_year": 2031,
        "expires_month": 8,
    }
    record = GatewayCustomer.objects.filter(
        merchant_id=who.merchant_id, customer_id=who.id, connection_id=account.id
    ).first()
    record = record or owner(who, account)
    return PaymentMethod.objects.create(
        merchant_id=who.merchant_id,
        connection_id=account.id,
        gateway_customer_id=record.id,
        customer_id=who.id,
        **(given | fields),
    )


def order(who: Customer, account: Connection, title: str = "Studio membership", **fields: Any) -> Order:
    """Add an order."""
    number = next(_NUMBERS)
    given = {"reference": f"ord_{number}", "number": f"HC-{number:05d}", "ordered_at": days(-200)}
    return Order.objects.create(
        merchant_id=who.merchant_id,
        connection_id=account.id,
        customer_id=who.id,
        title=title,
        **(given | fields),
    )


def line(of: Order, title: str, minor: int, currency: str = "EUR", *, quantity: int = 1) -> OrderLine:
    """Add a line to an order."""
    position = OrderLine.objects.filter(merchant_id=of.merchant_id, order_id=of.id).count()
    return OrderLine.objects.create(
        merchant_id=of.merchant_id,
        order_id=of.id,
        position=position,
        title=title,
        quantity=quantity,
        amount_minor=minor,
        currency=currency,
    )


def subscription(of: Order, minor: int = 4900, currency: str = "EUR", **fields: Any) -> Subscription:
    """Add a subscription to an order; with `payments_total` it is a payment plan."""
    given = {
        "reference": f"sub_{next(_NUMBERS)}",
        "name": of.title,
        "state": "active",
        "interval_unit": "month",
        "started_at": days(-200),
        "next_payment_at": days(10),
        "observed_at": now(),
    }
    record = GatewayCustomer.objects.filter(
        merchant_id=of.merchant_id, connection_id=of.connection_id or 0, customer_id=of.customer_id or 0
    ).first()
    return Subscription.objects.create(
        merchant_id=of.merchant_id,
        connection_id=of.connection_id or 0,
        customer_id=of.customer_id,
        gateway_customer_id=record.id if record else None,
        order_id=of.id,
        amount_minor=minor,
        currency=currency,
        **(given | fields),
    )


def payment(of: Order, minor: int = 4900, currency: str = "EUR", **fields: Any) -> Payment:
    """Add a payment to an order; a paid one unless told otherwise."""
    number = next(_NUMBERS)
    state = fields.get("state", "paid")
    due_at = fields.get("due_at", days(-30))
    given = {
        "reference": f"in_{number}",
        "number": f"INV-{number:05d}",
        "title": of.title,
        "state": state,
        "due_at": due_at,
        "paid_at": due_at if state == "paid" else None,
        "owed_minor": minor if state in {"scheduled", "due", "processing", "failed"} else 0,
        "paid_minor": minor if state == "paid" else 0,
        "settled_by": "attempt" if state == "paid" else "",
        "capabilities": ["retry_collectible"] if state in {"failed", "due"} else [],
        "observed_at": now(),
    }
    record = GatewayCustomer.objects.filter(
        merchant_id=of.merchant_id, connection_id=of.connection_id or 0, customer_id=of.customer_id or 0
    ).first()
    return Payment.objects.create(
        merchant_id=of.merchant_id,
        connection_id=of.connection_id or 0,
        customer_id=of.customer_id,
        gateway_customer_id=record.id if record else None,
        order_id=of.id,
        amount_minor=minor,
        currency=currency,
        **(given | fields),
    )


def attempt(of: Payment, state: str = "succeeded", **fields: Any) -> Attempt:
    """Add a try at a payment: the company's own unless told otherwise."""
    number = Attempt.objects.filter(merchant_id=of.merchant_id, payment_id=of.id).count() + 1
    is_open = state in Attempt.OPEN
    given = {
        "origin": "gateway",
        "asked_by": "gateway",
        "method_brand": "visa",
        "method_last_four": "4242",
        "decline_reason": "insufficient_funds" if state == "declined" else "",
        "reference": f"ch_{next(_NUMBERS)}",
        "amount_minor": of.amount_minor,
        "created_at": of.due_at,
        "settled_at": None if is_open else of.due_at + timedelta(seconds=4),
    }
    return Attempt.objects.create(
        merchant_id=of.merchant_id,
        connection_id=of.connection_id,
        payment_id=of.id,
        number=number,
        state=state,
        currency=of.currency,
        **(given | fields),
    )


def refund(of: Payment, minor: int, state: str = "succeeded", **fields: Any) -> Refund:
    """Give money back; the payment's own total is the caller's to set."""
    return Refund.objects.create(
        merchant_id=of.merchant_id,
        connection_id=of.connection_id,
        payment_id=of.id,
        reference=f"re_{next(_NUMBERS)}",
        state=state,
        amount_minor=minor,
        currency=of.currency,
        **({"created_at": of.due_at + timedelta(days=2)} | fields),
    )


def dispute(of: Payment, state: str = "open", **fields: Any) -> Dispute:
    """Let the bank take a payment back, or try to."""
    return Dispute.objects.create(
        merchant_id=of.merchant_id,
        connection_id=of.connection_id,
        payment_id=of.id,
        reference=f"dp_{next(_NUMBERS)}",
        state=state,
        amount_minor=of.amount_minor,
        currency=of.currency,
        **({"created_at": of.due_at + timedelta(days=5)} | fields),
    )


def session_token(who: Customer) -> str:
    """Start a session and give its token."""
    address = CustomerEmail.objects.filter(merchant_id=who.merchant_id, customer_id=who.id).first()
    return start_session(
        merchant_id=who.merchant_id,
        customer_id=who.id,
        address=address.address if address else "",
        carrier=Session.Carrier.COOKIE,
        device="Chromium on Linux",
        now=clock.wall_now(),
    ).token


def browser(**extra: Any) -> Client:
    """Give a browser without scripts that opens pages at the installation's own address."""
    return Client(HTTP_HOST=urlsplit(settings.PAYDESK_URL).netloc, **extra)


def signed_in_client(shop: MerchantInSight, who: Customer, **extra: Any) -> Client:
    """Give such a browser in which the customer is signed in."""
    client = browser(**extra)
    client.cookies[session_cookie(shop)] = session_token(who)
    return client


def payments(of: Order, count: int) -> None:
    """Add many paid payments to an order at once, one every eight hours back from now."""
    rows = [
        Payment(
            merchant_id=of.merchant_id,
            connection_id=of.connection_id or 0,
            customer_id=of.customer_id,
            order_id=of.id,
            reference=f"many_{of.id}_{number}",
            number=f"INV-M{number:05d}",
            title=of.title,
            state="paid",
            amount_minor=350 + number % 90,
            currency="EUR",
            due_at=days(-number / 3),
            paid_at=days(-number / 3),
            observed_at=now(),
        )
        for number in range(count)
    ]
    Payment.objects.bulk_create(rows)
