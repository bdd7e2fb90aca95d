"""Read changes of what pays what, and how the payments went that were to be made with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from paydesk.billing.arrangements.models import MethodChange
from paydesk.billing.payments.models import Attempt, Payment


class Tried(NamedTuple):
    """A payment beside its latest attempt, if there is one."""

    payment: Payment
    attempt: Attempt | None


def change_under_way(*, merchant_id: int, customer_id: int, now: datetime, **about: int) -> str | None:
    """Give the public id of the change that a process is carrying out right now. `now` is wall time.

    `about`: its `method_id` or `removed_method_id`.
    """
    mine = MethodChange.objects.filter(
        merchant_id=merchant_id,
        customer_id=customer_id,
        state=MethodChange.State.OPEN,
        lease_until__gt=now,
        **about,
    )
    return mine.values_list("public_id", flat=True).first()


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
