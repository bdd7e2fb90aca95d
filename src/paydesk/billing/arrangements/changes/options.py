"""Say what may be changed about an agreement right now, so that a page shows no button that would be refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from paydesk.billing.arrangements.changes import (
    cancel_agreement,
    move_payment,
    pause_agreement,
    resume_agreement,
    skip_payment,
)
from paydesk.billing.arrangements.changes.change import agreement_of, today_at
from paydesk.billing.arrangements.changes.move_payment import Window
from paydesk.billing.arrangements.changes.wishes import Kind, refusal_of
from paydesk.billing.arrangements.coming.course import ENDED, Course
from paydesk.billing.arrangements.coming.read_course import read_course
from paydesk.billing.arrangements.models import AskedBy
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.records import SubscriptionState
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.policies import Policies


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """Public ids of payments, and local days. `pause`: the first and the last day on which it may go on again."""

    moves: Mapping[str, Window] = field(default_factory=dict)
    skip: str | None = None
    unskip: str | None = None
    pause: Window | None = None
    can_resume: bool = False
    can_cancel_now: bool = False
    can_cancel_at_end: bool = False
    can_undo_cancel: bool = False


def options_of(
    *,
    merchant: MerchantInSight,
    customer_id: int,
    subscription_public_id: str,
    asked_by: AskedBy = AskedBy.CUSTOMER,
) -> Options:
    """Give them for a customer's own agreement; raises Subscription.DoesNotExist. Asks no company.

    One whose account was disconnected has none: nothing is collected there.
    """
    agreement = agreement_of(merchant=merchant, customer_id=customer_id, public_id=subscription_public_id)
    today = today_at(merchant)
    if agreement.connection.removed_at is not None:
        return Options()
    if agreement.collected_by != Subscription.CollectedBy.PAYDESK:
        return _at_company(agreement, policies=merchant.policies, today=today)
    read = read_course(
        merchant_id=merchant.id, subscription_id=agreement.id, zone=merchant.time_zone, is_locked=False
    )
    return options(read.course, policies=merchant.policies, asked_by=asked_by, today=today)


def options(course: Course, *, policies: Policies, asked_by: AskedBy, today: date) -> Options:
    """Give them for a course of ours. Pure."""
    windows = {
        one.public_id: move_payment.window_of(course, one, policies=policies, today=today)
        for one in course.payments
        if one.public_id
    }
    skips = [
        one.public_id
        for one in course.payments
        if one.state == Payment.State.SCHEDULED
        and skip_payment.refusal(course, one, policies=policies, today=today) is None
    ]
    unskips = [
        one.public_id
        for one in course.payments
        if skip_payment.refusal_to_unskip(course, one, today=today) is None
    ]
    cannot_pause = pause_agreement.cannot_pause(course, policies=policies, today=today)
    cancels = {
        when: cancel_agreement.refusal(course, when=when, asked_by=asked_by, today=today) is None
        for when in cancel_agreement.WHENS
    }
    return Options(
        moves={public_id: window for public_id, window in windows.items() if window is not None},
        skip=skips[0] if skips else None,
        unskip=unskips[-1] if unskips else None,
        pause=None if cannot_pause else _days_of_pause(policies, today),
        can_resume=resume_agreement.refusal(course, today=today) is None,
        can_cancel_now=cancels["now"],
        can_cancel_at_end=cancels["at_end"],
        can_undo_cancel=course.cancel_day is not None and course.state not in ENDED,
    )


def _days_of_pause(policies: Policies, today: date) -> Window:
    return Window(first=today + timedelta(days=1), last=pause_agreement.longest(policies, today))


def _at_company(agreement: Subscription, *, policies: Policies, today: date) -> Options:
    can = {kind for kind in Kind if refusal_of(agreement, kind) is None}
    is_paused = agreement.state == SubscriptionState.PAUSED
    may_pause = Kind.PAUSE in can and not is_paused and policies.pause_days > 0
    return Options(
        pause=_days_of_pause(policies, today) if may_pause else None,
        can_resume=Kind.RESUME in can and is_paused,
        can_cancel_now=Kind.CANCEL in can,
        can_cancel_at_end=Kind.SCHEDULE_CANCEL in can and agreement.cancels_at is None,
        can_undo_cancel=Kind.UNDO_CANCEL in can and agreement.cancels_at is not None,
    )
