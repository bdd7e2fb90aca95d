"""Follow a payment that was made here: its company may have moved the subscription on, and need not tell us soon."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.reread import NotThere, Overtaken, reread_subscription
from paydesk.events.models import Event
from paydesk.gateways.registry import GatewayMissing
from paydesk.merchants.connect import connect
from paydesk.merchants.find import merchant_by_id


def reread_its_subscription(event: Event, now: datetime) -> None:
    """React to payment.succeeded: read the subscription again, unless that was done since."""
    payment = (
        Payment.objects.filter(merchant_id=event.merchant_id, public_id=event.subject["payment"])
        .select_related("subscription", "connection")
        .first()
    )
    if payment is None or payment.is_ours or payment.subscription is None or payment.connection.removed_at:
        return
    if payment.subscription.observed_at > event.happened_at or not _was_made_here(payment):
        return
    # What is gone at the company, or a company that is gone here, cannot be asked; what was read meanwhile need not be.
    # Anything else is tried again.
    with suppress(GatewayMissing, NotThere, Overtaken):
        reread_subscription(
            connection=payment.connection,
            gateway=connect(payment.connection, merchant=merchant_by_id(event.merchant_id)),
            reference=payment.subscription.reference,
        )


def _was_made_here(payment: Payment) -> bool:
    """What the company collected by itself, it also told us of, and the subscription was read with it."""
    return Attempt.objects.filter(
        merchant_id=payment.merchant_id,
        payment_id=payment.id,
        origin=Attempt.Origin.PAYDESK,
        state=Attempt.State.SUCCEEDED,
    ).exists()
