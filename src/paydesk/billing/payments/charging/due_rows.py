"""Put payments into the charge run, and take them out of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import F, QuerySet

from paydesk.billing.payments.models import DueCharge, Payment
from paydesk.events.models import Event
from paydesk.merchants.find import MerchantInSight, merchant_by_id


def put_into_run(*, merchant: MerchantInSight, payments: Sequence[Payment]) -> None:
    """Let new payments be charged on their days. Call in the transaction that makes them."""
    DueCharge.objects.bulk_create(
        DueCharge(merchant_id=merchant.id, payment_id=one.id, due_at=merchant.wall_time(one.due_at))
        for one in payments
    )


def put_back_into_run(*, merchant: MerchantInSight, payment_ids: Collection[int]) -> None:
    """Let payments be due again on their days. Whoever holds one of the rows can no longer settle it."""
    days = Payment.objects.filter(merchant_id=merchant.id, id__in=payment_ids).values_list("id", "due_at")
    for payment_id, due_at in days:
        _rows(merchant.id, [payment_id]).update(
            due_at=merchant.wall_time(due_at),
            dead_at=None,
            lease_until=None,
            tries_count=0,
            fence=F("fence") + 1,
        )


def put_off(payment: Payment, *, until: datetime, trouble: str) -> None:
    """Let one that is in the run not be charged before `until` (wall time), and say why."""
    _rows(payment.merchant_id, [payment.id]).filter(due_at__isnull=False, due_at__lt=until).update(
        due_at=until, trouble=trouble[:500]
    )


def take_out_of_run(*, merchant_id: int, payment_ids: Collection[int]) -> None:
    """Let nothing be charged by itself for these payments; whoever holds one of the rows holds it no longer."""
    _rows(merchant_id, payment_ids).update(due_at=None, lease_until=None, fence=F("fence") + 1)


def bring_forward_what_is_due(event: Event, now: datetime) -> None:
    """React to clock.moved: what is due by the merchant's clock is due now. Doing it twice changes nothing."""
    merchant = merchant_by_id(event.merchant_id)
    DueCharge.objects.filter(
        merchant_id=merchant.id,
        due_at__gt=now,
        payment__in=Payment.objects.filter(merchant_id=merchant.id, due_at__lte=merchant.business_now()),
    ).update(due_at=now)


def _rows(merchant_id: int, payment_ids: Collection[int]) -> QuerySet[DueCharge]:
    return DueCharge.objects.filter(merchant_id=merchant_id, payment_id__in=payment_ids)
