"""Look at a move when something happens that it waits for, or that ends it."""

from __future__ import annotations

from datetime import datetime

from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.arrangements.moving.undo import drop_waiting_move
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.events.models import Event
from paydesk.merchants.find import merchant_by_id

_ENDS = frozenset({"canceled", "cancel_scheduled"})


def look_at_its_move(event: Event, now: datetime) -> None:
    """React to payment.succeeded and payment.failed: the move waits for its first payment. `now` is wall time."""
    payment = Payment.objects.filter(
        merchant_id=event.merchant_id, public_id=event.subject["payment"]
    ).values_list("subscription_id", flat=True)
    Move.objects.filter(
        merchant_id=event.merchant_id, state=Move.State.CHARGING, target_id__in=payment, due_at__gt=now
    ).update(due_at=now)


def drop_move_of_what_ends(event: Event, now: datetime) -> None:
    """React to subscription.changed: whoever ends something does not want it moved any more. `now` is wall time."""
    if event.subject["what"] not in _ENDS:
        return
    subscription = Subscription.objects.filter(
        merchant_id=event.merchant_id, public_id=event.subject["subscription"]
    ).first()
    if subscription is not None:
        drop_waiting_move(
            merchant=merchant_by_id(event.merchant_id),
            subscription_id=subscription.id,
            why=Move.Why.ENDED,
            now=now,
        )


def bring_forward_moves(event: Event, now: datetime) -> None:
    """React to clock.moved: what is to happen at a time that has come is due now. Doing it twice changes nothing."""
    merchant = merchant_by_id(event.merchant_id)
    Move.objects.filter(
        merchant_id=merchant.id,
        state__in=Move.OPEN,
        due_at__gt=now,
        acts_at__lte=merchant.business_now(),
    ).update(due_at=now)
