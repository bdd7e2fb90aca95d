"""A merchant's books of a good size: 20,000 customers, 200,000 payments, written straight into the database.

Every customer has an open-ended subscription and a payment plan. The first hundred, who are measured, have more
payments than a page of the history shows, and one that failed; the last one has a thousand pages.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import models

from bench.bulk import put_rows, settle_down
from paydesk.billing.customers.models import Customer, CustomerEmail, GatewayCustomer
from paydesk.billing.orders.models import Order, OrderLine
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.merchants.models import Connection

CUSTOMERS = 20_000
PAYMENTS = 200_000
MEASURED = 100
PAYMENTS_OF_MEASURED = 40
#: One more customer has so many payments that the history has a page 1,000.
BUSY, PAYMENTS_OF_BUSY = CUSTOMERS, 20_020

NOW = datetime.now(UTC).replace(microsecond=0)
#: Both kinds of database read this, in UTC.
AT = "%Y-%m-%d %H:%M:%S"


def write_books(connection: Connection) -> None:
    """Write everything for the merchant of this connection. The tables are empty."""
    tables = {
        Customer: _customers,
        CustomerEmail: _emails,
        GatewayCustomer: _gateway_customers,
        PaymentMethod: _methods,
        Order: _orders,
        OrderLine: _lines,
        Subscription: _subscriptions,
        Payment: _payments,
        Attempt: _attempts,
    }
    for table, rows in tables.items():
        _write(table, rows(), {"merchant_id": connection.merchant_id, "connection_id": connection.id})
    settle_down(*tables)


def _write(table: type[models.Model], rows: Iterator[dict[str, Any]], known: dict[str, int]) -> None:
    """Fill in what every row has: its owner, and the model's own defaults."""
    fields = {field.attname: field for field in table._meta.concrete_fields}
    defaults = {
        name: "[]" if isinstance(field, models.JSONField) else field.get_default()
        for name, field in fields.items()
        if field.has_default() and not callable(field.default)
    } | {
        name: "[]" for name, field in fields.items() if isinstance(field, models.JSONField) and not field.null
    }
    shared = {name: value for name, value in (defaults | known).items() if name in fields}
    put_rows(table, ([(shared | row).get(name) for name in fields] for row in rows))


def _people() -> range:
    return range(1, CUSTOMERS + 1)


def _customers() -> Iterator[dict[str, Any]]:
    for person in _people():
        created = _at(NOW - timedelta(days=800))
        yield {
            "id": person,
            "public_id": _public("c", person),
            "name": f"Customer {person}",
            "created_at": created,
        }


def _emails() -> Iterator[dict[str, Any]]:
    for person in _people():
        address = address_of(person)
        yield {"id": person, "customer_id": person, "address": address, "normalized": address}


def _gateway_customers() -> Iterator[dict[str, Any]]:
    for person in _people():
        yield {
            "id": person,
            "customer_id": person,
            "public_id": _public("g", person),
            "reference": f"cus_{person}",
            "email": address_of(person),
            "name": f"Customer {person}",
        }


def _methods() -> Iterator[dict[str, Any]]:
    for person in _people():
        yield {
            "id": person,
            "gateway_customer_id": person,
            "customer_id": person,
            "public_id": _public("m", person),
            "reference": f"pm_{person}",
            "kind": "card",
            "brand": "visa",
            "last_four": f"{person % 10_000:04}",
            "expires_year": NOW.year + 2,
            "expires_month": 12,
            "is_default": True,
        }


def _orders() -> Iterator[dict[str, Any]]:
    for order in range(1, 2 * CUSTOMERS + 1):
        is_plan = order > CUSTOMERS
        yield {
            "id": order,
            "customer_id": order - CUSTOMERS if is_plan else order,
            "public_id": _public("o", order),
            "reference": f"sub_{order}",
            "title": "Front-loading kiln, in 12 payments" if is_plan else "Open studio membership",
            "ordered_at": _at(NOW - timedelta(days=700)),
        }


def _lines() -> Iterator[dict[str, Any]]:
    for order in _orders():
        yield {
            "id": order["id"],
            "order_id": order["id"],
            "position": 1,
            "title": order["title"],
            "amount_minor": 4_900,
            "currency": "EUR",
        }


def _subscriptions() -> Iterator[dict[str, Any]]:
    for order in _orders():
        is_plan = order["id"] > CUSTOMERS
        yield {
            "id": order["id"],
            "order_id": order["id"],
            "customer_id": order["customer_id"],
            "gateway_customer_id": order["customer_id"],
            "uuid": f"{order['id']:032x}",
            "public_id": _public("s", order["id"]),
            "reference": order["reference"],
            "name": order["title"],
            "state": "active",
            "amount_minor": 4_900,
            "currency": "EUR",
            "interval_unit": "month",
            "payments_total": 12 if is_plan else None,
            "payments_made": 5,
            "payment_method_id": order["customer_id"],
            "next_payment_at": _at(NOW + timedelta(days=order["id"] % 28)),
            "started_at": order["ordered_at"],
            "observed_at": _at(NOW),
        }


def _payments() -> Iterator[dict[str, Any]]:
    """Shares the payments out: the measured have their own number, the others as many as remain."""
    rest, others = PAYMENTS - MEASURED * PAYMENTS_OF_MEASURED, CUSTOMERS - MEASURED
    number = 0
    for person in _people():
        count = rest // others + (person <= MEASURED + rest % others)
        if person <= MEASURED or person == BUSY:
            count = PAYMENTS_OF_BUSY if person == BUSY else PAYMENTS_OF_MEASURED
        for turn in range(count):
            number += 1
            yield _payment(number, person, turn, is_failed=turn == 0 and person <= MEASURED)


def _payment(number: int, person: int, turn: int, *, is_failed: bool) -> dict[str, Any]:
    order = person + CUSTOMERS * (turn % 2)
    apart = timedelta(hours=6) if person == BUSY else timedelta(days=15)
    due = NOW - apart * turn - timedelta(days=2, minutes=person % 600)
    paid = {"state": "failed"} if is_failed else {"state": "paid", "paid_at": _at(due), "paid_minor": 4_900}
    return paid | {
        "id": number,
        "customer_id": person,
        "order_id": order,
        "subscription_id": order,
        "gateway_customer_id": person,
        "public_id": _public("p", number),
        "reference": f"bill_{number}",
        "number": f"SC-{number:06}",
        "title": "Front-loading kiln, in 12 payments" if turn % 2 else "Open studio membership",
        "amount_minor": 4_900,
        "owed_minor": 4_900 if is_failed else 0,
        "currency": "EUR",
        "due_at": _at(due),
        "observed_at": _at(NOW),
        "settled_by": "" if is_failed else "attempt",
        "capabilities": '["retry_collectible"]' if is_failed else "[]",
    }


def _attempts() -> Iterator[dict[str, Any]]:
    for payment in _payments():
        is_failed = payment["state"] == "failed"
        yield {
            "id": payment["id"],
            "payment_id": payment["id"],
            "public_id": _public("a", payment["id"]),
            "number": 1,
            "origin": "gateway",
            "asked_by": "gateway",
            "state": "declined" if is_failed else "succeeded",
            "amount_minor": 4_900,
            "currency": "EUR",
            "payment_method_id": payment["customer_id"],
            "method_brand": "visa",
            "method_last_four": f"{payment['customer_id'] % 10_000:04}",
            "reference": f"ch_{payment['id']}",
            "decline_reason": "insufficient_funds" if is_failed else "",
            "decline_advice": "retry" if is_failed else "",
            "created_at": payment["due_at"],
            "settled_at": payment["due_at"],
        }


def address_of(person: int) -> str:
    """Give the address that a customer signs in with."""
    return f"customer-{person}@example.com"


def _public(kind: str, number: int) -> str:
    return f"{kind}{number:015}"


def _at(moment: datetime) -> str:
    return moment.strftime(AT)
