"""Give a payment its state: the one door by which it changes, so that what follows is said once."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Sum

from paydesk.billing.payments.models import Attempt, Payment, Refund
from paydesk.events.record import record_event

_ANNOUNCED = {Payment.State.PAID: "payment.succeeded", Payment.State.FAILED: "payment.failed"}
#: What a payment that was made never becomes again: money that goes back is a refund or a dispute (I07).
_NOT_AFTER_PAID = {Payment.State.DUE, Payment.State.SCHEDULED, Payment.State.PROCESSING, Payment.State.FAILED}


def restate_payment(
    *, payment: Payment, state: str, now: datetime, is_news: bool = True, **facts: object
) -> None:
    """Move a locked payment to a state, with further facts; `is_news` tells others. Call inside a transaction."""
    if payment.state == Payment.State.PAID and state in _NOT_AFTER_PAID:
        contradict(payment=payment, attempt_public_id="", now=now)
        state = Payment.State.PAID
    changed = state != payment.state
    mine = Payment.objects.filter(merchant_id=payment.merchant_id, id=payment.id)
    mine.update(state=state, **_totals(payment), **facts)
    payment.state = state
    if changed and is_news and state in _ANNOUNCED:
        record_event(
            merchant_id=payment.merchant_id,
            name=_ANNOUNCED[Payment.State(state)],
            subject={"payment": payment.public_id},
            now=now,
        )


def contradict(*, payment: Payment, attempt_public_id: str, now: datetime) -> None:
    """Say that a company's answers do not agree; what it said about money is kept, and a person looks at it."""
    record_event(
        merchant_id=payment.merchant_id,
        name="payment.contradicted",
        subject={"payment": payment.public_id, "attempt": attempt_public_id},
        now=now,
    )


def _totals(payment: Payment) -> dict[str, int]:
    """Add up what was paid by attempts and what went back; caches that the truths check (R12)."""
    mine = {"merchant_id": payment.merchant_id, "payment_id": payment.id}
    paid = Attempt.objects.filter(**mine, state=Attempt.State.SUCCEEDED).aggregate(sum=Sum("amount_minor"))[
        "sum"
    ]
    back = Refund.objects.filter(**mine, state="succeeded").aggregate(sum=Sum("amount_minor"))["sum"]
    return {"paid_minor": paid or 0, "refunded_minor": back or 0}
