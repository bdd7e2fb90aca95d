"""Lock a payment. What Paydesk collects is locked after its agreements, so that all lock in one order (R9)."""

from __future__ import annotations

from django.db.models import Q

from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import locked


def lock_payment(*, merchant_id: int, payment_id: int) -> Payment:
    """Give the locked payment, call inside a transaction. With one that covers others, their agreements are locked."""
    rows = Payment.objects.filter(merchant_id=merchant_id, id=payment_id)
    collected_by, subscription_id, position = rows.values_list(
        "collected_by", "subscription_id", "position"
    ).get()
    if collected_by != Subscription.CollectedBy.PAYDESK:
        return locked(rows).get()
    if position is None:
        agreements = lock_agreements_of(merchant_id=merchant_id, payment_ids=[payment_id])
    else:
        agreements = list(locked(Subscription.objects.filter(merchant_id=merchant_id, id=subscription_id)))
    payment = locked(rows).get()
    payment.subscription = next((one for one in agreements if one.id == payment.subscription_id), None)
    return payment


def lock_agreements_of(*, merchant_id: int, payment_ids: list[int]) -> list[Subscription]:
    """Lock the agreements of these payments and of those that they cover, in the order of their ids."""
    theirs = Payment.objects.filter(
        Q(id__in=payment_ids) | Q(covered_by_id__in=payment_ids), merchant_id=merchant_id
    )
    ids = theirs.filter(subscription_id__isnull=False).values_list("subscription_id", flat=True)
    wanted = Subscription.objects.filter(merchant_id=merchant_id, id__in=sorted(set(ids)))
    return list(locked(wanted.order_by("id")))
