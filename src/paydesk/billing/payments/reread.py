"""Read a collectible again at its company and mirror what it says now. A webhook is only a hint to do this."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from paydesk.billing.customers.link import link_customer
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payments.mirrored.collectible import is_as_it_was, mirror_collectible
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.mirror import mirror_subscription
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import in_transaction, let_go
from paydesk.gateways.contract import Gateway, GatewayRefused, GatewayUnreachable
from paydesk.gateways.records import CollectibleRecord, CustomerRecord, SubscriptionRecord
from paydesk.kit import clock
from paydesk.kit.faults import fault
from paydesk.merchants.models import Connection

log = logging.getLogger(__name__)


class NotThere(Exception):
    """The company does not know that object, or not yet: ask again later."""


class Overtaken(Exception):
    """A newer answer was stored meanwhile. Under one clock it has all that this one had; ask again to be sure."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a reading found: whether anything was new, and the subscription that the payment belongs to."""

    is_new: bool
    subscription_reference: str


def reread_payment(*, connection: Connection, gateway: Gateway, reference: str) -> Reading:
    """Ask, then write in one transaction. Raises NotThere, Overtaken, GatewayUnreachable, GatewayRefused."""
    asked_at = clock.wall_now()
    let_go()
    record = gateway.read_collectible(reference)
    if record is None:
        raise NotThere(f"collectible {reference}")
    if is_as_it_was(connection=connection, record=record, observed_at=asked_at):
        return Reading(is_new=False, subscription_reference=record.subscription_reference)
    subscription = _subscription_unless_known(connection, gateway, record)
    customer = _customer_unless_known(connection, gateway, record.customer_reference)
    payment = in_transaction(
        lambda: _write(connection, gateway, record, subscription, customer, asked_at=asked_at)
    )
    if payment.observed_at > asked_at:
        raise Overtaken(f"collectible {reference}")
    return Reading(is_new=True, subscription_reference=record.subscription_reference)


def _write(
    connection: Connection,
    gateway: Gateway,
    record: CollectibleRecord,
    subscription: SubscriptionRecord | None,
    customer: CustomerRecord | None,
    *,
    asked_at: datetime,
) -> Payment:
    owner = owner_of(connection, record.customer_reference, customer)
    now = clock.wall_now()
    if subscription is not None:
        mirror_subscription(
            connection=connection,
            owner=owner,
            record=subscription,
            capabilities=gateway.capabilities(subscription),
            observed_at=asked_at,
            now=now,
        )
    payment = mirror_collectible(
        connection=connection,
        owner=owner,
        record=record,
        capabilities=gateway.capabilities(record),
        observed_at=asked_at,
        now=now,
        is_news=True,
    )
    fault("W05")
    return payment


def reread_quietly(*, connection: Connection, gateway: Gateway, reference: str) -> None:
    """Read again after an act that is recorded already. Whatever goes wrong here must not hide the act's outcome:
    a webhook or the timer reads it later.
    """
    _quietly(lambda: reread_payment(connection=connection, gateway=gateway, reference=reference), reference)


def reread_charge_quietly(*, gateway: Gateway, payment: Payment, reference: str) -> None:
    """The same for a charge of our own; `payment` is what it has paid: its page says when the company was read."""
    asked_at = clock.wall_now()

    def read() -> None:
        reread_payment(connection=payment.connection, gateway=gateway, reference=reference)
        Payment.objects.filter(
            merchant_id=payment.merchant_id, id=payment.id, state=Payment.State.PAID
        ).update(observed_at=asked_at)

    _quietly(read, reference)


def _quietly(read: Callable[[], object], reference: str) -> None:
    try:
        read()
    except (NotThere, Overtaken, GatewayUnreachable, GatewayRefused) as failure:
        log.info("payment %s was not read again: %s", reference, failure)
    except Exception:
        log.exception("payment %s could not be read again", reference)


def reread_subscription(*, connection: Connection, gateway: Gateway, reference: str) -> Subscription:
    """The same for a subscription. Raises NotThere, GatewayUnreachable."""
    asked_at = clock.wall_now()
    let_go()
    record = gateway.read_subscription(reference)
    if record is None:
        raise NotThere(f"subscription {reference}")
    customer = _customer_unless_known(connection, gateway, record.customer_reference)
    subscription = in_transaction(
        lambda: mirror_subscription(
            connection=connection,
            owner=owner_of(connection, record.customer_reference, customer),
            record=record,
            capabilities=gateway.capabilities(record),
            observed_at=asked_at,
            now=clock.wall_now(),
        )
    )
    if subscription.observed_at > asked_at:
        raise Overtaken(f"subscription {reference}")
    return subscription


def owner_of(connection: Connection, reference: str, record: CustomerRecord | None) -> GatewayCustomer:
    """Give the customer's row at a connection; a record that was just read makes it. Call inside a transaction."""
    if record is not None:
        return link_customer(connection=connection, record=record, now=clock.wall_now())
    return _known_customers(connection, reference).get()


def _customer_unless_known(connection: Connection, gateway: Gateway, reference: str) -> CustomerRecord | None:
    if _known_customers(connection, reference).exists():
        return None
    let_go()
    # A guest's charge names no customer: it waits for staff under an empty reference.
    found = gateway.read_customer(reference) if reference else None
    return found or CustomerRecord(reference=reference, email="", is_deleted=True)


def _subscription_unless_known(
    connection: Connection, gateway: Gateway, record: CollectibleRecord
) -> SubscriptionRecord | None:
    if not record.subscription_reference:
        return None
    known = Subscription.objects.filter(
        merchant_id=connection.merchant_id,
        connection_id=connection.id,
        reference=record.subscription_reference,
    )
    if known.exists():
        return None
    let_go()
    return gateway.read_subscription(record.subscription_reference)


def _known_customers(connection: Connection, reference: str) -> QuerySet[GatewayCustomer]:
    return GatewayCustomer.objects.filter(
        merchant_id=connection.merchant_id, connection_id=connection.id, reference=reference
    )
