"""Show what is to be expected of a company after a change, from what it said last."""

from __future__ import annotations

from copy import copy
from datetime import datetime, timedelta

from paydesk.billing.arrangements.changes.preview import Preview, default_method, last_day
from paydesk.billing.arrangements.changes.wishes import refusal_of
from paydesk.billing.arrangements.coming.course import OPEN
from paydesk.billing.arrangements.coming.expected import billed_at
from paydesk.billing.arrangements.coming.upcoming import method_of_agreement, upcoming_at_company
from paydesk.billing.arrangements.ending.ways import holds_date
from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.discount import NO_DISCOUNT, Discount
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.schedule import Rhythm, starts_at
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.gateways.records import SubscriptionState
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight

Kind = ScheduledAction.Kind


def preview_at_company(
    *,
    merchant: MerchantInSight,
    agreement: Subscription,
    kind: ScheduledAction.Kind,
    until: datetime | None = None,
    discount: Discount = NO_DISCOUNT,
    refusal: str | None = None,
) -> Preview:
    """Show what is to be expected after it, from what the company said last. Asks no network."""
    now = merchant.business_now()
    rows = list(
        Payment.objects.filter(
            merchant_id=merchant.id, subscription_id=agreement.id, state__in=sorted(OPEN)
        ).select_related("payment_method")
    )
    method = method_of_agreement(agreement, default_method(agreement))
    seen = [
        upcoming_at_company(merchant, one, rows, method, now, last_day(merchant, now))
        for one in (agreement, _as_if(merchant, agreement, kind, until, discount, now))
    ]
    said = refusal or (None if _is_kept_here(agreement, kind) else refusal_of(agreement, kind))
    return Preview(before=seen[0], after=seen[0] if said else seen[1], refusal=said)


def _is_kept_here(agreement: Subscription, kind: str) -> bool:
    """The company is not asked for a date that is held here, nor for taking one back."""
    if kind == Kind.UNDO_CANCEL:
        return agreement.held_end_at is not None and agreement.state not in ENDED
    return kind == Kind.SCHEDULE_CANCEL and holds_date(agreement)


def _as_if(
    merchant: MerchantInSight,
    agreement: Subscription,
    kind: str,
    until: datetime | None,
    discount: Discount,
    now: datetime,
) -> Subscription:
    """Give the row as the company would have it, as far as can be told."""
    one = copy(agreement)
    if kind == Kind.PAUSE:
        one.state, one.resumes_at = SubscriptionState.PAUSED.value, until
    elif kind == Kind.RESUME:
        one.state, one.resumes_at, one.held_resume_at = SubscriptionState.ACTIVE.value, None, None
        one.next_payment_at = one.next_payment_at or _next_after(merchant, agreement, now)
    elif kind == Kind.DISCOUNT:
        one.discount_percent, one.next_amount_minor = discount.percent, None
        one.discount_ends_at = _after(merchant, agreement, discount.count)
    elif kind == Kind.CANCEL:
        one.state = SubscriptionState.CANCELED.value
    else:
        one.cancels_at = one.next_payment_at if kind == Kind.SCHEDULE_CANCEL else None
        one.held_end_at = None
        if kind == Kind.UNDO_CANCEL:
            one.next_payment_at = one.next_payment_at or agreement.cancels_at
    return one


def _after(merchant: MerchantInSight, agreement: Subscription, count: int) -> datetime | None:
    """Give when the payment is made that follows on so many."""
    next_at, zone = agreement.next_payment_at, merchant.time_zone
    if next_at is None:
        return None
    rhythm = _rhythm(agreement, next_at, zone)
    return billed_at(next_at, rhythm.day(count), zone=zone)


def _next_after(merchant: MerchantInSight, agreement: Subscription, now: datetime) -> datetime:
    """A company that lets it pause keeps the days on which it collects."""
    zone = merchant.time_zone
    rhythm = _rhythm(agreement, agreement.started_at, zone)
    tomorrow = clock.local_date(now + timedelta(days=1), zone=zone)
    return starts_at(rhythm.day(rhythm.first_index_from(tomorrow)), zone=zone)


def _rhythm(agreement: Subscription, begins_at: datetime, zone: str) -> Rhythm:
    return Rhythm(
        unit=agreement.interval_unit,
        count=agreement.interval_count,
        anchor=clock.local_date(begins_at, zone=zone),
    )
