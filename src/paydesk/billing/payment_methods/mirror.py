"""Mirror the saved methods of one customer at one connection, as the company lists them now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.database.transactions import locked
from paydesk.gateways.records import MethodKind, MethodRecord
from paydesk.kit import clock
from paydesk.kit.clock import is_overtaken


def mirror_methods(
    *, owner: GatewayCustomer, records: Sequence[MethodRecord], observed_at: datetime, now: datetime
) -> None:
    """Keep what is listed, mark what is gone as removed. `observed_at`: when the company was asked.

    An older list than the one we have changes nothing: it would remove the card that was just entered. Call inside a
    transaction.
    """
    mine = GatewayCustomer.objects.filter(merchant_id=owner.merchant_id, id=owner.id)
    seen_at = locked(mine).values_list("methods_observed_at", flat=True).get()
    if seen_at is not None and is_overtaken(stored_at=seen_at, observed_at=observed_at, now=now):
        return
    mine.update(methods_observed_at=observed_at)
    for record in records:
        mirror_method(owner=owner, record=record)
    gone = PaymentMethod.objects.filter(
        merchant_id=owner.merchant_id, gateway_customer_id=owner.id, removed_at__isnull=True
    ).exclude(reference__in=[record.reference for record in records])
    gone.update(removed_at=now, is_default=False)


def method_named(*, owner: GatewayCustomer, reference: str) -> int | None:
    """Give the id of the method that an agreement or a bill names; one that is not listed is kept as a bare name.

    Without it the agreement would look as if the default paid it. The next listing fills the row in, if it is there.
    """
    if not reference:
        return None
    mine = PaymentMethod.objects.filter(
        merchant_id=owner.merchant_id, connection_id=owner.connection_id, reference=reference
    )
    known = mine.values_list("id", flat=True).first()
    if known is not None:
        return known
    return PaymentMethod.objects.create(
        merchant_id=owner.merchant_id,
        connection_id=owner.connection_id,
        gateway_customer_id=owner.id,
        customer_id=owner.customer_id,
        reference=reference,
        kind=MethodKind.CARD.value,
        removed_at=clock.wall_now(),
    ).id


def mirror_method(
    *, owner: GatewayCustomer, record: MethodRecord, knows_default: bool = True
) -> PaymentMethod:
    """Keep one method; a default one takes the place of the one before.

    Without `knows_default`, a record that says nothing of the default leaves a known method what it is.
    """
    if record.is_default:
        PaymentMethod.objects.filter(
            merchant_id=owner.merchant_id, gateway_customer_id=owner.id, is_default=True
        ).exclude(reference=record.reference).update(is_default=False)
    facts = method_facts(owner=owner, record=record)
    mine = PaymentMethod.objects.filter(
        merchant_id=owner.merchant_id, connection_id=owner.connection_id, reference=record.reference
    )
    kept = set() if record.is_default or knows_default else {"is_default"}
    if mine.update(**{name: fact for name, fact in facts.items() if name not in kept}):
        return mine.get()
    return PaymentMethod.objects.create(
        merchant_id=owner.merchant_id, connection_id=owner.connection_id, reference=record.reference, **facts
    )


def method_facts(*, owner: GatewayCustomer, record: MethodRecord) -> dict[str, Any]:
    """Give the columns that follow from what the company says."""
    return {
        "gateway_customer_id": owner.id,
        "customer_id": owner.customer_id,
        "kind": record.kind.value,
        "brand": record.brand,
        "last_four": record.last_four,
        "expires_year": record.expires_year,
        "expires_month": record.expires_month,
        "is_default": record.is_default,
        "removed_at": None,
    }
