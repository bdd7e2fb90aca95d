"""Read changes of what pays what, and how the payments went that were to be made with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from paydesk.billing.arrangements.models import MethodChange
from paydesk.billing.payments.models import Attempt, Payment

#: `confirmed_at` is when the company was asked for the last time; the change is settled when it has answered.
_READING = timedelta(seconds=2)


class Tried(NamedTuple):
    """A payment beside its latest attempt, if there is one."""

    payment: Payment
    attempt: Attempt | None


def change_meanwhile(
    *, merchant_id: int, customer_id: int, since: datetime, now: datetime, **about: int
) -> str | None:
    """Give the public id of the change that is being carried out, or was while a press had to wait. Wall times.

    `about`: its `method_id` or `removed_method_id`.
    """
    is_held = Q(state=MethodChange.State.OPEN, lease_until__gt=now)
    mine = MethodChange.objects.filter(
        is_held | Q(confirmed_at__gte=since - _READING),
        merchant_id=merchant_id,
        customer_id=customer_id,
        **about,
    )
    return mine.order_by("-id").values_list("public_id", flat=True).first()


def tried_payments(*, merchant_id: int, customer_id: int, public_ids: Sequence[str]) -> list[Tried]:
    """Give the customer's own payments of these, in this order; two queries."""
    if not public_ids:
        return []
    mine = Payment.objects.filter(
        merchant_id=merchant_id, customer_id=customer_id, public_id__in=public_ids
    ).select_related("connection")
    found = {payment.public_id: payment for payment in mine}
    tries = Attempt.objects.filter(
        merchant_id=merchant_id, payment_id__in=[payment.id for payment in found.values()]
    )
    latest = {attempt.payment_id: attempt for attempt in tries.order_by("number")}
    return [Tried(found[one], latest.get(found[one].id)) for one in public_ids if one in found]
