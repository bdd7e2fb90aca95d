"""Give a payment its state: the one door by which it changes, so that what follows is said once."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Sum

from paydesk.billing.payments.charging.follow import count_as_paid
from paydesk.billing.payments.models import Attempt, Payment, Refund
from paydesk.events.record import record_event

_ANNOUNCED = {Payment.State.PAID: "payment.succeeded", Payment.State.FAILED: "payment.failed"}
#: What a payment that was made never becomes again: money that goes back is a refund or a dispute (I07).
UNPAID = frozenset(
    {Payment.State.DUE, Payment.State.SCHEDULED, Payment.State.PROCESSING, Payment.State.FAILED}
)


def restate_payment(
    *, payment: Payment, state: str, now: datetime, is_news: bool = True, **facts: object
) -> None:
    """Move a locked payment to a state, with further facts; `is_news` tells others. Call inside a transaction.

    A payment that was made stays made, with the facts of its making. One that another covers stays covered: should the
    other not be made, it is made by itself.
    """
    if payment.state == Payment.State.PAID and state in UNPAID:
        state, facts = Payment.State.PAID, {}
    if payment.state == Payment.State.COVERED and state == Payment.State.PAID:
        state, facts = Payment.State.COVERED, facts | {"state_before_cover": Payment.State.PAID}
    changed = state != payment.state
    totals = _totals(payment)
    Payment.objects.filter(merchant_id=payment.merchant_id, id=payment.id).update(
        state=state, **totals, **facts
    )
    if payment.amount_minor < totals["paid_minor"] > payment.paid_minor:
        contradict(payment=payment, attempt_public_id="", now=now)
    if changed and state == Payment.State.PAID and payment.is_ours:
        count_as_paid(payment, paid_at=facts.get("paid_at") or now)
    payment.state, payment.paid_minor = state, totals["paid_minor"]
    if changed and is_news and state in _ANNOUNCED:
        record_event(
            merchant_id=payment.merchant_id,
            name=_ANNOUNCED[Payment.State(state)],
            subject={"payment": payment.public_id},
            now=now,
        )


def contradict(*, payment: Payment, attempt_public_id: str, now: datetime) -> None:
    """Say once that a company's answers do not agree; what it said about money is kept, and a person looks at it."""
    agreed = Payment.objects.filter(
        merchant_id=payment.merchant_id, id=payment.id, contradicted_at__isnull=True
    )
    if agreed.update(contradicted_at=now):
        record_event(
            merchant_id=payment.merchant_id,
            name="payment.contradicted",
            subject={"payment": payment.public_id, "attempt": attempt_public_id},
            now=now,
        )


def _totals(payment: Payment) -> dict[str, int]:
    """Add up what was paid by attempts and what went back; caches that the truths check (R12)."""
    mine = {"merchant_id": payment.merchant_id, "payment_id": payment.id}
    attempts = Attempt.objects.filter(**mine, state=Attempt.State.SUCCEEDED)
    refunds = Refund.objects.filter(**mine, state="succeeded")
    return {
        "paid_minor": attempts.aggregate(sum=Sum("amount_minor"))["sum"] or 0,
        "refunded_minor": refunds.aggregate(sum=Sum("amount_minor"))["sum"] or 0,
    }
