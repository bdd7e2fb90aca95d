"""Let an agreement that Paydesk collects follow its payments: its state, what is next, what was paid so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet, Sum

from paydesk.billing.payments.charging.due_rows import take_out_of_run
from paydesk.billing.payments.charging.plan_out import write_next_payment
from paydesk.billing.payments.locks import agreement_ids
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.standing import OpenPayment, standing_of
from paydesk.gateways.records import SubscriptionState
from paydesk.merchants.find import MerchantInSight

_OPEN = [Payment.State.SCHEDULED, Payment.State.DUE, Payment.State.PROCESSING, Payment.State.FAILED]
_COMING = [Payment.State.SCHEDULED, Payment.State.DUE]
_RUNNING = [
    SubscriptionState.ACTIVE.value,
    SubscriptionState.TRIALING.value,
    SubscriptionState.PAST_DUE.value,
]


def follow_payments(*, merchant: MerchantInSight, subscription_id: int, now: datetime) -> None:
    """Write what follows from the payments as they stand; the agreement is locked. `now` is wall time.

    An open-ended agreement that goes on always has a next payment: it is made here. Of one that was cancelled nothing
    is to come, also what came back later from an attempt.
    """
    mine = Subscription.objects.filter(merchant_id=merchant.id, id=subscription_id)
    subscription = mine.get()
    rows = list(_open_payments(subscription))
    if subscription.state == SubscriptionState.CANCELED:
        rows = _without_what_was_to_come(merchant, rows)
    if _lacks_a_next_one(subscription, rows, merchant.business_now()):
        rows.append(write_next_payment(merchant=merchant, subscription=subscription, now=now))
    standing = standing_of(
        state=SubscriptionState(subscription.state),
        payments_total=subscription.payments_total,
        payments_made=subscription.payments_made,
        is_on_trial=_is_on_trial(merchant, subscription),
        cancels_at=subscription.cancels_at,
        open_payments=[_open_payment(row) for row in rows],
    )
    facts: dict[str, object] = {
        "state": standing.state.value,
        "next_payment_at": standing.next_payment_at,
        "next_amount_minor": standing.next_amount_minor,
    }
    if standing.state == SubscriptionState.COMPLETED and subscription.ended_at is None:
        facts["ended_at"] = merchant.business_now()
    changed = {name: fact for name, fact in facts.items() if getattr(subscription, name) != fact}
    if changed:
        mine.update(**changed)


def _lacks_a_next_one(subscription: Subscription, rows: Sequence[Payment], now: datetime) -> bool:
    """One that is asked for before its day is still the next one, until it is paid. `now` is business time."""
    is_open_ended = subscription.payments_total is None and subscription.cancels_at is None
    if not is_open_ended or subscription.state not in _RUNNING:
        return False
    return not any(row.state == Payment.State.SCHEDULED or row.due_at > now for row in rows)


def agreements_of(payment: Payment) -> list[int]:
    """Name the agreements (ids) that a payment of ours is of, or covers payments of, or covered once."""
    if not payment.is_ours:
        return []
    if payment.subscription_id is not None:
        return [payment.subscription_id]
    return agreement_ids(merchant_id=payment.merchant_id, payment_ids=[payment.id])


def count_as_paid(payment: Payment, *, paid_at: object) -> None:
    """Add a payment that was just made, and those that it covers, to what was paid of each agreement.

    Call once, in the transaction in which it becomes paid, with the agreements locked.
    """
    if payment.position is not None:
        _add(payment.merchant_id, payment.subscription_id, count=1, paid_minor=payment.amount_minor)
        return
    covered = Payment.objects.filter(merchant_id=payment.merchant_id, covered_by_id=payment.id)
    by_agreement = covered.order_by("subscription_id").values("subscription_id")
    waived_minor = payment.waived_minor
    for row in by_agreement.annotate(count=Count("id"), minor=Sum("amount_minor")):
        _add(
            payment.merchant_id,
            row["subscription_id"],
            count=row["count"],
            paid_minor=row["minor"] - waived_minor,
            waived_minor=waived_minor,
        )
        # A fee is let off of one agreement alone: paying one off covers nothing else.
        waived_minor = 0
    covered.update(paid_at=paid_at, owed_minor=0)


def _add(
    merchant_id: int, subscription_id: int | None, *, count: int, paid_minor: int, waived_minor: int = 0
) -> None:
    Subscription.objects.filter(merchant_id=merchant_id, id=subscription_id or 0).update(
        payments_made=F("payments_made") + count,
        paid_minor=F("paid_minor") + paid_minor,
        waived_minor=F("waived_minor") + waived_minor,
    )


def _without_what_was_to_come(merchant: MerchantInSight, rows: Sequence[Payment]) -> list[Payment]:
    """Give it up: nobody will be charged for it."""
    ids = [row.id for row in rows if row.state == Payment.State.SCHEDULED]
    if ids:
        coming = Payment.objects.filter(merchant_id=merchant.id, id__in=ids)
        coming.update(state=Payment.State.CANCELED, owed_minor=0)
        take_out_of_run(merchant_id=merchant.id, payment_ids=ids)
    return [row for row in rows if row.id not in ids]


def _open_payments(subscription: Subscription) -> QuerySet[Payment]:
    """Those that are held by one that covers them are open until it is paid."""
    is_held = Q(state=Payment.State.COVERED) & ~Q(covered_by__state=Payment.State.PAID)
    return Payment.objects.filter(
        Q(state__in=_OPEN) | is_held,
        merchant_id=subscription.merchant_id,
        subscription_id=subscription.id,
        position__isnull=False,
    ).order_by("due_at", "position")


def _open_payment(row: Payment) -> OpenPayment:
    return OpenPayment(
        amount_minor=row.amount_minor,
        due_at=row.due_at,
        is_failed=row.state == Payment.State.FAILED,
        is_coming=row.state in _COMING,
        is_held=row.state == Payment.State.COVERED,
    )


def _is_on_trial(merchant: MerchantInSight, subscription: Subscription) -> bool:
    ends_at = subscription.trial_ends_at
    return ends_at is not None and merchant.business_now() < ends_at
