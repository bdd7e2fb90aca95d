"""Lock a payment. What Paydesk collects is locked after its agreements, so that all lock in one order (R9)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import QuerySet

from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import locked
from paydesk.merchants.models import Connection


def lock_payment(*, merchant_id: int, payment_id: int, known: Payment | None = None) -> Payment:
    """Give the locked payment, call inside a transaction. With one that covers others, their agreements are locked.

    `known`: the same payment as it was read before, of which only what never changes is believed.
    """
    rows = Payment.objects.filter(merchant_id=merchant_id, id=payment_id)
    if known is not None and known.is_ours:
        collected_by, subscription_id, position = known.collected_by, known.subscription_id, known.position
    else:
        collected_by, subscription_id, position = rows.values_list(
            "collected_by", "subscription_id", "position"
        ).get()
    if collected_by != Subscription.CollectedBy.PAYDESK:
        return locked(rows).get()
    if position is None:
        agreements = lock_agreements_of(merchant_id=merchant_id, payment_ids=[payment_id])
    else:
        agreements = list(
            locked(Subscription.objects.filter(merchant_id=merchant_id, id=subscription_id or 0))
        )
    payment = locked(rows).get()
    payment.subscription = next((one for one in agreements if one.id == payment.subscription_id), None)
    return payment


def lock_agreements_of(*, merchant_id: int, payment_ids: Sequence[int]) -> list[Subscription]:
    """Lock the agreements of these payments and of those that they cover, or covered once, by their ids."""
    ids = agreement_ids(merchant_id=merchant_id, payment_ids=payment_ids)
    return lock_agreements(merchant_id=merchant_id, ids=ids)


def lock_agreements(*, merchant_id: int, ids: Collection[int]) -> list[Subscription]:
    """Lock agreements in the order of their ids."""
    wanted = Subscription.objects.filter(merchant_id=merchant_id, id__in=ids)
    return list(locked(wanted.order_by("id")))


def agreement_ids(*, merchant_id: int, payment_ids: Sequence[int]) -> list[int]:
    """Name the agreements of these payments of ours and of those that they cover, or covered once."""
    mine = Payment.objects.filter(merchant_id=merchant_id)
    rows = list(mine.filter(id__in=payment_ids))
    found = {row.subscription_id for row in rows if row.subscription_id is not None}
    for row in rows:
        if row.covered_references:
            covered = covered_once(row)
            found |= {one.subscription_id for one in covered if one.subscription_id is not None}
    return sorted(found)


def covered_once(covering: Payment) -> QuerySet[Payment]:
    """List what a payment of ours covers, or covered once. A backup may be at another connection than what it pays."""
    return Payment.objects.filter(
        merchant_id=covering.merchant_id,
        connection_id__in=Connection.objects.filter(merchant_id=covering.merchant_id).values("id"),
        reference__in=covering.covered_references,
        position__isnull=False,
    )
