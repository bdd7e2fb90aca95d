"""Let a method pay a subscription that Paydesk collects. A charge that is under way keeps the one it was asked with."""

from __future__ import annotations

from paydesk.billing.arrangements.models import AskedBy, MethodChange
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import in_transaction, locked
from paydesk.events.record import record_event
from paydesk.kit import clock


def set_own_method(*, change: MethodChange, reference: str, method_reference: str) -> None:
    """Write it under the agreement's lock, and tell of it once; one that was taken off meanwhile pays nothing."""
    in_transaction(lambda: _write(change, reference, method_reference))


def _write(change: MethodChange, reference: str, method_reference: str) -> None:
    mine = Subscription.objects.filter(
        merchant_id=change.merchant_id,
        connection_id=change.connection_id,
        reference=reference,
        collected_by=Subscription.CollectedBy.PAYDESK,
    )
    agreement = locked(mine).get()
    method = PaymentMethod.objects.filter(
        merchant_id=change.merchant_id,
        gateway_customer_id=change.gateway_customer_id,
        reference=method_reference,
        removed_at__isnull=True,
    ).first()
    if method is None or agreement.payment_method_id == method.id:
        return
    mine.update(payment_method_id=method.id)
    record_event(
        merchant_id=change.merchant_id,
        name="subscription.changed",
        subject={
            "subscription": agreement.public_id,
            "what": "method_changed",
            "by": AskedBy.CUSTOMER.value,
        },
        now=clock.wall_now(),
    )
