"""Read what Paydesk has of a company, by the company's own names for things; two merchants' books can be compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import models

from paydesk.billing.customers.models import Customer, CustomerEmail, GatewayCustomer
from paydesk.billing.ledger.models import LedgerEntry, LedgerLine
from paydesk.billing.orders.models import Order, OrderLine
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt, Dispute, Payment, Refund
from paydesk.billing.subscriptions.models import Subscription
from paydesk.events.models import Event
from paydesk.kit import clock
from paydesk.merchants.find import merchant_by_id
from paydesk.merchants.models import Connection, Merchant
from paydesk.merchants.open import ConnectionWanted, connection_uuid, open_connection
from tests.connected import Connected

WRITTEN: dict[str, type[models.Model]] = {
    "customers": Customer,
    "addresses": CustomerEmail,
    "records": GatewayCustomer,
    "methods": PaymentMethod,
    "orders": Order,
    "order lines": OrderLine,
    "subscriptions": Subscription,
    "payments": Payment,
    "attempts": Attempt,
    "refunds": Refund,
    "disputes": Dispute,
    "ledger": LedgerEntry,
    "ledger lines": LedgerLine,
    "news": Event,
}
#: What depends on when it was read, or is our own numbering. `payment_id` of the ledger is compared by its payment.
_OURS = {
    "id",
    "merchant",
    "connection",
    "public_id",
    "uuid",
    "observed_at",
    "methods_observed_at",
    "reread_at",
    "reconciled_at",
}
_OWN_TIME = {"removed_at"}
#: By what a row that another names is known.
_NAMED_BY = {
    Customer: ("name", "created_at"),
    GatewayCustomer: ("reference",),
    PaymentMethod: ("reference",),
    Order: ("reference",),
    Subscription: ("reference",),
    Payment: ("reference",),
    LedgerEntry: ("kind", "reference", "occurred_at"),
}


def books_of(merchant_id: int, *, but: frozenset[str] = frozenset()) -> dict[str, list[Any]]:
    """Read every column of every table that a company's word is kept in, except our own numbering and our own times."""
    return {
        name: sorted(
            model._default_manager.filter(merchant_id=merchant_id).values_list(*columns_of(model)), key=repr
        )
        for name, model in WRITTEN.items()
        if name not in but
    }


def columns_of(model: type[models.Model]) -> list[str]:
    """Name the columns to compare; a row that is referred to is named as the company names it."""
    if model is Event:
        return ["name"]
    columns: list[str] = []
    for field in model._meta.concrete_fields:
        if field.name in _OURS | _OWN_TIME | {"payment_id"}:
            continue
        if field.is_relation:
            columns += [f"{field.name}__{name}" for name in _NAMED_BY[field.related_model]]  # type: ignore[index]
        else:
            columns.append(field.name)
    return columns


def twin_of(scene: Connected) -> Connected:
    """Connect the same account to another merchant, which knows nothing of it yet."""
    row = Merchant.objects.create(
        slug="twin", name="Twin", mode="test", support_email="help@twin.example", created_at=clock.wall_now()
    )
    merchant = merchant_by_id(row.id)
    wanted = ConnectionWanted(
        uuid=connection_uuid(merchant_id=row.id, gateway=scene.connection.gateway, name="Main"),
        gateway=scene.connection.gateway,
        name="Main",
        credentials=scene.account.credentials,
        base_url=scene.account.simulator.url,
    )
    connection: Connection = open_connection(wanted, merchant=merchant, now=clock.wall_now())
    return replace(scene, merchant=merchant, connection=connection)
