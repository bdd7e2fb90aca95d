"""Truths about states and time: nothing goes back, nothing is forgotten, nothing is charged out of turn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet

from paydesk.billing.payments.models import Attempt, DueCharge, Payment, Refund
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.records import SubscriptionState
from paydesk.merchants.find import MerchantInSight
from paydesk.sync.compare.closed import waiting_holds
from paydesk.sync.models import InboxEvent

_OURS = Subscription.CollectedBy.PAYDESK
#: A run that is late by less has only been busy.
_LATE = timedelta(hours=1)
#: How far the clocks of two hosts may be apart when a charge is compared with a day.
_CLOCKS = timedelta(minutes=1)
_LIVENESS = timedelta(hours=24)
#: Card networks allow 15 tries in 30 days at the least (Visa); we stay under that.
_TRIES_MAX, _TRIES_IN = 8, timedelta(days=28)
_CHARGED_IN = [
    SubscriptionState.ACTIVE.value,
    SubscriptionState.TRIALING.value,
    SubscriptionState.PAST_DUE.value,
]


def events_once(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """I06: an event of a company is kept once."""
    rows = InboxEvent.objects.filter(merchant_id=merchant.id).values("connection_id", "event_id")
    for row in rows.annotate(count=Count("id")).filter(count__gt=1):
        yield f"event {row['event_id']} is kept {row['count']} times"


def paid_stays_paid(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """I07: of what we collect, a payment whose charge succeeded is paid, and one that is paid has what paid it."""
    mine = Payment.objects.filter(merchant_id=merchant.id, collected_by=_OURS)
    won = mine.filter(attempt__state=Attempt.State.SUCCEEDED, contradicted_at__isnull=True)
    for public_id in won.exclude(state=Payment.State.PAID).values_list("public_id", flat=True):
        yield f"payment {public_id} was charged and is not paid"
    made = mine.filter(state=Payment.State.PAID, settled_by="attempt")
    paid = made.exclude(attempt__state=Attempt.State.SUCCEEDED)
    for public_id in paid.values_list("public_id", flat=True):
        yield f"payment {public_id} is paid, and no charge paid it"


def nothing_after_the_end(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """I08: nothing that we collect is asked for by itself after its agreement was cancelled.

    A clock that is moved tells too little, and of what was lost and found again nobody knows who had asked.
    """
    if merchant.clock_offset:
        return
    late = Attempt.objects.filter(
        merchant_id=merchant.id,
        asked_by__in=Attempt.ALONE,
        found_at__isnull=True,
        payment__collected_by=_OURS,
        payment__subscription__state=SubscriptionState.CANCELED.value,
        payment__subscription__ended_at__lt=F("created_at") - _CLOCKS,
    )
    for public_id in late.values_list("public_id", flat=True):
        yield f"attempt {public_id} was made after its agreement had ended"


def open_attempts_are_looked_up(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """I09: every open attempt of ours, and every refund without an answer, is looked up again."""
    forgotten = _open(merchant).filter(Q(due_at__isnull=True) | Q(dead_at__isnull=False))
    for public_id in forgotten.values_list("public_id", flat=True):
        yield f"attempt {public_id} is open, and nobody looks it up"
    refunds = Refund.objects.filter(
        Q(due_at__isnull=True) | Q(dead_at__isnull=False), merchant_id=merchant.id, state__in=Refund.OPEN
    )
    for public_id in refunds.values_list("public_id", flat=True):
        yield f"refund {public_id} has no answer, and nobody looks it up"


def open_attempts_end(merchant: MerchantInSight, now: datetime) -> Iterator[str]:
    """I19: an open attempt is settled within a day, unless a bank has said when it will know."""
    waits = Q(wait_until__gt=now) | Q(state=Attempt.State.NEEDS_CUSTOMER)
    old = _open(merchant).filter(created_at__lt=now - _LIVENESS).exclude(waits)
    for public_id in old.values_list("public_id", flat=True):
        yield f"attempt {public_id} is open for more than a day"


def tries_are_few(merchant: MerchantInSight, now: datetime) -> Iterator[str]:
    """I11: without the customer, a payment is tried a few times only."""
    tried = Attempt.objects.filter(
        merchant_id=merchant.id,
        asked_by__in=Attempt.ALONE,
        state=Attempt.State.DECLINED,
        created_at__gt=now - _TRIES_IN,
    )
    for row in tried.values("payment__public_id").annotate(count=Count("id")).filter(count__gt=_TRIES_MAX):
        yield f"payment {row['payment__public_id']} was tried {row['count']} times in four weeks"


def charged_on_its_day(merchant: MerchantInSight, now: datetime) -> Iterator[str]:
    """I15: the charge run never charges before the day, and forgets nobody after it.

    A merchant's own clock only goes forward, so by its present offset a charge may look later than it was, never
    earlier. Who had asked for a charge that was found again after a restore is lost: it may have been the customer.
    """
    early = Attempt.objects.filter(
        merchant_id=merchant.id,
        asked_by=Attempt.AskedBy.ENGINE,
        found_at__isnull=True,
        payment__position__isnull=False,
        payment__due_at__gt=F("created_at") + merchant.clock_offset + _CLOCKS,
    ).exclude(state=Attempt.State.ABANDONED)
    for public_id in early.values_list("public_id", flat=True):
        yield f"attempt {public_id} was made before the day of its payment"
    if not waiting_holds(merchant.id):
        yield from _forgotten(merchant, now)


def removed_cards_rest(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """I18: nothing is charged to a method that had been removed."""
    late = Attempt.objects.filter(
        merchant_id=merchant.id,
        origin=Attempt.Origin.PAYDESK,
        state=Attempt.State.SUCCEEDED,
        payment__collected_by=_OURS,
        payment_method__removed_at__lt=F("created_at") - _CLOCKS,
    )
    for reference in late.values_list("reference", flat=True):
        yield f"charge {reference} was made with a method that had been removed"


def _forgotten(merchant: MerchantInSight, now: datetime) -> Iterator[str]:
    """A payment that is due and not in the run will never be charged; after an end that was set none is to be."""
    waiting = Payment.objects.filter(
        merchant_id=merchant.id,
        collected_by=_OURS,
        position__isnull=False,
        state__in=[Payment.State.SCHEDULED, Payment.State.DUE],
        due_at__lt=merchant.business_now() - _LATE,
        subscription__state__in=_CHARGED_IN,
        connection__removed_at__isnull=True,
    ).exclude(subscription__cancels_at__lte=merchant.business_now())
    # Of which a part was taken, the rest waits for a person, who was told.
    waiting = waiting.exclude(contradicted_at__isnull=False, paid_minor__gt=0)
    in_the_run = DueCharge.objects.filter(
        merchant_id=merchant.id, due_at__isnull=False, dead_at__isnull=True
    ).values("payment_id")
    for public_id in waiting.exclude(id__in=in_the_run).values_list("public_id", flat=True):
        yield f"payment {public_id} is due, and the charge run does not know it"


def _open(merchant: MerchantInSight) -> QuerySet[Attempt]:
    return Attempt.objects.filter(
        merchant_id=merchant.id, origin=Attempt.Origin.PAYDESK, state__in=Attempt.OPEN
    )
