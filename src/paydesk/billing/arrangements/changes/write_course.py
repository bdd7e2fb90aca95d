"""Write the course that an agreement of ours takes from now on: what differs from the one that was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F

from paydesk.billing.arrangements.coming.course import RUNNING, Course, DatedPayment
from paydesk.billing.arrangements.coming.read_course import Read
from paydesk.billing.arrangements.ending.note import with_reason
from paydesk.billing.arrangements.models import AskedBy, CancelNote, ScheduledAction
from paydesk.billing.payments.charging.due_rows import put_back_into_run, take_out_of_run
from paydesk.billing.payments.charging.follow import follow_payments
from paydesk.billing.payments.charging.plan_out import breakdown_of_price
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.schedule import starts_at
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.events.record import record_event
from paydesk.gateways.records import SubscriptionState
from paydesk.merchants.find import MerchantInSight

_TO_BE_CHARGED = (Payment.State.SCHEDULED, Payment.State.DUE)


def write_course(
    *,
    merchant: MerchantInSight,
    read: Read,
    after: Course,
    what: str,
    asked_by: AskedBy,
    now: datetime,
    note: CancelNote | None = None,
    is_as_set: bool = False,
) -> Subscription:
    """Write it, let the agreement follow, and tell others. Call with all that was read locked. `now` is wall time.

    `is_as_set`: it happens on the day that was set for it, and nobody asks for it now.
    """
    before, subscription = read.course, read.subscription
    for old, new in zip(before.payments, after.payments, strict=True):
        if old != new:
            _write_payment(merchant, subscription, old, new)
    _write_agreement(merchant, subscription, before, after)
    _write_run(merchant, before, after)
    _write_action(merchant, subscription, before, after, asked_by, now, note)
    follow_payments(merchant=merchant, subscription_id=subscription.id, now=now)
    record_event(
        merchant_id=merchant.id,
        name="subscription.changed",
        subject=with_reason(
            {"subscription": subscription.public_id, "what": what, "by": asked_by.value}
            | ({"as_set": 1} if is_as_set else {}),
            note,
        ),
        now=now,
    )
    return Subscription.objects.get(merchant_id=merchant.id, id=subscription.id)


def _write_payment(
    merchant: MerchantInSight, subscription: Subscription, old: DatedPayment, new: DatedPayment
) -> None:
    facts: dict[str, Any] = {
        "state": new.state,
        "planned_date": new.planned,
        "due_date": new.day,
        "due_at": starts_at(new.day, zone=merchant.time_zone),
    }
    if new.state in (Payment.State.SKIPPED, Payment.State.CANCELED):
        facts["owed_minor"] = 0
    elif old.state == Payment.State.SKIPPED:
        facts["owed_minor"] = F("amount_minor")
    elif new.amount_minor != old.amount_minor:
        off_minor = old.amount_minor - new.amount_minor
        facts |= {
            "amount_minor": new.amount_minor,
            "owed_minor": new.amount_minor,
            "breakdown": breakdown_of_price(subscription.name, new.amount_minor, off_minor),
        }
    mine = Payment.objects.filter(merchant_id=merchant.id, id=old.id or 0, state=old.state)
    if mine.update(**facts) != 1:
        raise AssertionError("a payment changed under its lock")


def _write_agreement(
    merchant: MerchantInSight, subscription: Subscription, before: Course, after: Course
) -> None:
    has_just_ended = after.state in ENDED and before.state not in ENDED
    Subscription.objects.filter(merchant_id=merchant.id, id=subscription.id).update(
        state=after.state.value,
        shifted_count=after.shifted_count,
        discount_percent=after.discount.percent,
        discount_from=after.discount.first,
        discount_count=after.discount.count,
        resumes_at=subscription.resumes_at
        if after.resume_day == before.resume_day
        else _start(merchant, after.resume_day),
        cancels_at=subscription.cancels_at
        if after.cancel_day == before.cancel_day
        else _start(merchant, after.cancel_day),
        ended_at=_ended_at(merchant, subscription) if has_just_ended else subscription.ended_at,
    )


def _ended_at(merchant: MerchantInSight, subscription: Subscription) -> datetime:
    """A worker that comes late ends it at the time that was set."""
    now = merchant.business_now()
    if subscription.cancels_at is None:
        return now
    ends = ScheduledAction.objects.filter(
        merchant_id=merchant.id, subscription_id=subscription.id, kind=ScheduledAction.Kind.CANCEL
    )
    set_for = ends.order_by("-id").values_list("acts_at", flat=True).first()
    return min(now, set_for or subscription.cancels_at)


def _write_run(merchant: MerchantInSight, before: Course, after: Course) -> None:
    """What is to be charged stands in the charge run on its day; what is not, and what waits for an end, does not."""
    waited = before.state == SubscriptionState.PAUSED or before.cancel_day is not None
    goes_on = waited and after.state in RUNNING and after.cancel_day is None
    into, out = [], []
    for old, new in zip(before.payments, after.payments, strict=True):
        if new.id is None:
            continue
        is_charged = new.state in _TO_BE_CHARGED and not _ends_before(after, new)
        was_charged = old.state in _TO_BE_CHARGED and not _ends_before(before, old)
        if is_charged and (not was_charged or goes_on or old.day != new.day):
            into.append(new.id)
        elif was_charged and not is_charged:
            out.append(new.id)
    put_back_into_run(merchant=merchant, payment_ids=into)
    take_out_of_run(merchant_id=merchant.id, payment_ids=out)


def _ends_before(course: Course, payment: DatedPayment) -> bool:
    is_coming = payment.state == Payment.State.SCHEDULED
    return is_coming and course.cancel_day is not None and payment.day >= course.cancel_day


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wanted:
    kind: ScheduledAction.Kind
    day: date


def _wanted(course: Course) -> _Wanted | None:
    if course.resume_day is not None:
        return _Wanted(kind=ScheduledAction.Kind.RESUME, day=course.resume_day)
    if course.cancel_day is not None:
        return _Wanted(kind=ScheduledAction.Kind.CANCEL, day=course.cancel_day)
    return None


def _write_action(
    merchant: MerchantInSight,
    subscription: Subscription,
    before: Course,
    after: Course,
    asked_by: AskedBy,
    now: datetime,
    note: CancelNote | None,
) -> None:
    """What will happen by itself stands as a row; what will not happen any more is dropped, whoever holds it."""
    wanted = _wanted(after)
    if wanted == _wanted(before):
        return
    mine = ScheduledAction.objects.filter(merchant_id=merchant.id, subscription_id=subscription.id)
    # An early end of a pause brings back what it had put off, whole or in part.
    put_off = {"put_off_by": after.put_off_by, "put_off_position": after.put_off_position}
    mine.filter(state=ScheduledAction.State.OPEN).update(
        state=ScheduledAction.State.DROPPED,
        due_at=None,
        lease_until=None,
        fence=F("fence") + 1,
        **(put_off if before.resume_day else {}),
    )
    if wanted is not None:
        # Its day may have gone by uncharged, and what was asked for until now was not asked for after the end (I08).
        acts_at = max(starts_at(wanted.day, zone=merchant.time_zone), merchant.business_now())
        ScheduledAction.objects.create(
            merchant_id=merchant.id,
            subscription_id=subscription.id,
            kind=wanted.kind,
            asked_by=asked_by,
            created_at=now,
            acts_at=acts_at,
            due_at=merchant.wall_time(acts_at),
            note=note,
            **(put_off if after.resume_day else {}),
        )


def _start(merchant: MerchantInSight, day: date | None) -> datetime | None:
    return starts_at(day, zone=merchant.time_zone) if day else None
