"""Mirror a subscription that a company collects. An older answer never overwrites a newer one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.orders.mirror import mirror_order
from paydesk.billing.payment_methods.mirror import method_named
from paydesk.billing.subscriptions.discount import off_until
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import locked
from paydesk.gateways.contract import Capability
from paydesk.gateways.records import LineRecord, SubscriptionRecord, SubscriptionState
from paydesk.kit.clock import is_overtaken
from paydesk.merchants.models import Connection

_ADDRESS_MAX = 500


def mirror_subscription(
    *,
    connection: Connection,
    owner: GatewayCustomer,
    record: SubscriptionRecord,
    capabilities: Collection[Capability],
    observed_at: datetime,
    now: datetime,
) -> Subscription:
    """Keep one subscription and its order. `observed_at`: when the company was asked. Call inside a transaction."""
    mine = Subscription.objects.filter(
        merchant_id=connection.merchant_id, connection_id=connection.id, reference=record.reference
    )
    known = locked(mine).first()
    if known is not None and is_overtaken(stored_at=known.observed_at, observed_at=observed_at, now=now):
        return known
    facts = subscription_facts(
        owner=owner,
        record=record,
        method_id=method_named(owner=owner, reference=record.method_reference),
        capabilities=capabilities,
        observed_at=observed_at,
    )
    if known is not None:
        if record.state is not SubscriptionState.PAUSED and known.held_resume_at is not None:
            # It goes on, or has ended: what was to end its pause is no more.
            facts["held_resume_at"] = None
        mine.update(**facts)
        return mine.get()
    order = mirror_order(
        connection=connection,
        customer_id=owner.customer_id,
        reference=record.reference,
        title=record.name,
        number="",
        ordered_at=record.started_at,
        lines=[LineRecord(title=record.name, amount=record.amount)],
    )
    return Subscription.objects.create(
        merchant_id=connection.merchant_id,
        connection_id=connection.id,
        order_id=order.id,
        reference=record.reference,
        **facts,
    )


def subscription_facts(
    *,
    owner: GatewayCustomer,
    record: SubscriptionRecord,
    method_id: int | None,
    capabilities: Collection[Capability],
    observed_at: datetime,
) -> dict[str, Any]:
    """Give the columns that follow from what the company says. `method_id`: the method that it names for itself."""
    return {
        "customer_id": owner.customer_id,
        "gateway_customer_id": owner.id,
        "lines": [[line.title, line.quantity, line.amount.minor] for line in record.lines],
        "trial_ends_at": record.trial_ends_at,
        "name": record.name[:200],
        "state": record.state.value,
        "amount_minor": record.amount.minor,
        "currency": record.amount.currency,
        "interval_unit": record.interval_unit,
        "interval_count": record.interval_count,
        "payments_total": record.payments_total,
        "payments_made": record.payments_made,
        "payment_method_id": method_id,
        "next_payment_at": record.next_payment_at,
        "next_amount_minor": _next_minor(record),
        "started_at": record.started_at,
        "cancels_at": record.cancels_at,
        "ended_at": record.ended_at,
        "resumes_at": record.resumes_at,
        "discount_percent": record.discount_percent,
        "discount_ends_at": record.discount_ends_at,
        # An address that is cut leads nowhere.
        "manage_url": record.manage_url if len(record.manage_url) <= _ADDRESS_MAX else "",
        "capabilities": sorted(capability.value for capability in capabilities),
        "observed_at": observed_at,
    }


def _next_minor(record: SubscriptionRecord) -> int | None:
    """Give what is charged next: what the company foretells, else the usual amount less the discount that it names.

    None: the usual amount, as far as anybody knows.
    """
    if record.next_amount is not None:
        return record.next_amount.minor
    if record.next_payment_at is None:
        return None
    off_minor = off_until(
        record.amount.minor,
        percent=record.discount_percent,
        ends_at=record.discount_ends_at,
        at=record.next_payment_at,
    )
    return record.amount.minor - off_minor if off_minor else None
