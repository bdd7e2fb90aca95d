"""Pause an agreement until a day: what is to come is put off by whole intervals, what is overdue stays owed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paydesk.billing.arrangements.changes.ask_company import ask_company
from paydesk.billing.arrangements.changes.change import (
    Changed,
    ChangeRefused,
    agreement_of,
    change_course,
    is_on_its_way,
    not_running,
    today_at,
    wait_for_payment,
)
from paydesk.billing.arrangements.changes.preview import Preview, preview_of
from paydesk.billing.arrangements.changes.preview_at_company import preview_at_company
from paydesk.billing.arrangements.coming.course import (
    Course,
    DatedPayment,
    next_to_come,
    put_off,
    with_payments,
)
from paydesk.billing.arrangements.models import AskedBy, ScheduledAction
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.schedule import starts_at
from paydesk.gateways.records import SubscriptionState
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.policies import Policies


class PauseRefused(ChangeRefused):
    """It goes on as it did."""


def pause_agreement(
    *,
    merchant: MerchantInSight,
    customer_id: int,
    subscription_public_id: str,
    until: date | None = None,
    asked_by: AskedBy = AskedBy.CUSTOMER,
    now: datetime,
) -> Changed:
    """Pause it until a local day, on which it goes on by itself; None: as long as the merchant allows.

    Where a company collects, the company is asked, and has confirmed it only if `Changed.is_confirmed`. Raises
    PauseRefused, Subscription.DoesNotExist. `now` is wall time.
    """
    agreement = agreement_of(merchant=merchant, customer_id=customer_id, public_id=subscription_public_id)
    today = today_at(merchant)
    resume_day = until or longest(merchant.policies, today)
    if agreement.collected_by != Subscription.CollectedBy.PAYDESK:
        if said := refusal_of_days(resume_day, policies=merchant.policies, today=today):
            raise PauseRefused(said)
        return ask_company(
            merchant=merchant,
            agreement=agreement,
            kind=ScheduledAction.Kind.PAUSE,
            until=starts_at(resume_day, zone=merchant.time_zone),
            asked_by=asked_by,
            refused=PauseRefused,
        )

    def decide(course: Course) -> Course | None:
        if course.state == SubscriptionState.PAUSED and until in (None, course.resume_day):
            return None
        if said := refusal(course, resume_day=resume_day, policies=merchant.policies, today=today):
            raise PauseRefused(said)
        return paused(course, resume_day)

    return change_course(
        merchant=merchant,
        subscription_id=agreement.id,
        decide=decide,
        what="paused",
        asked_by=asked_by,
        now=now,
    )


def preview_pause(
    *,
    merchant: MerchantInSight,
    customer_id: int,
    subscription_public_id: str,
    until: date | None = None,
) -> Preview:
    """Say what it will look like, or why it may not pause. Raises Subscription.DoesNotExist. Asks no company."""
    agreement = agreement_of(merchant=merchant, customer_id=customer_id, public_id=subscription_public_id)
    today = today_at(merchant)
    resume_day = until or longest(merchant.policies, today)
    if agreement.collected_by != Subscription.CollectedBy.PAYDESK:
        return preview_at_company(
            merchant=merchant,
            agreement=agreement,
            kind=ScheduledAction.Kind.PAUSE,
            until=starts_at(resume_day, zone=merchant.time_zone),
            refusal=refusal_of_days(resume_day, policies=merchant.policies, today=today),
        )

    def look(course: Course) -> Course | str:
        said = refusal(course, resume_day=resume_day, policies=merchant.policies, today=today)
        return said or paused(course, resume_day)

    return preview_of(merchant=merchant, subscription=agreement, look=look)


def longest(policies: Policies, today: date) -> date:
    """Give the last day on which a pause that begins today may end."""
    return today + timedelta(days=policies.pause_days)


def refusal(course: Course, *, resume_day: date, policies: Policies, today: date) -> str | None:
    """Say why it may not pause until that day, or None if it may."""
    if said := cannot_pause(course, policies=policies, today=today):
        return said
    return refusal_of_days(resume_day, policies=policies, today=today)


def cannot_pause(course: Course, *, policies: Policies, today: date) -> str | None:
    """Say why it may not pause at all, or None. Nothing is put off twice before it is paid."""
    if policies.pause_days == 0:
        return _("This cannot be paused here. Please write to us.")
    if course.state == SubscriptionState.PAUSED:
        return _("It is paused already.")
    if said := not_running(course):
        return said
    if course.state == SubscriptionState.TRIALING:
        return _("Nothing is charged during the trial. It can pause when that is over.")
    if course.cancel_day is not None:
        return _("It is about to end. Take that back first.")
    return wait_for_payment() if is_on_its_way(course, today) else _nothing_to_put_off(course, today)


def _nothing_to_put_off(course: Course, today: date) -> str | None:
    first = next_to_come(course)
    if first is not None and first.day <= today:
        # It is charged at any moment: what is due is owed, and no pause puts it off.
        return wait_for_payment()
    if first is None:
        return _("No payment is to come that could be put off.")
    if course.deposit_minor and first.position == 1:
        return _("It can pause once the deposit is paid.")
    if first.position == course.put_off_position and course.put_off_by:
        return _("The next payment was put off by a pause already. It can pause again once that is made.")
    return None


def refusal_of_days(resume_day: date, *, policies: Policies, today: date) -> str | None:
    """Say what is wrong with the day on which it is to go on, or None."""
    if policies.pause_days == 0:
        return _("This cannot be paused here. Please write to us.")
    if resume_day <= today:
        return _("Choose tomorrow or a later day.")
    if resume_day > longest(policies, today):
        return ngettext(
            "It can pause for %(count)s day at most.",
            "It can pause for %(count)s days at most.",
            policies.pause_days,
        ) % {"count": policies.pause_days}
    return None


def paused(course: Course, resume_day: date) -> Course:
    """Give the course that goes on with the first day of its rhythm on or after a day; nothing else is put off."""
    first = next_to_come(course)
    if first is None:
        raise AssertionError("what pauses has something to come")
    intervals = 0
    if first.day < resume_day:
        rhythm = course.rhythm
        intervals = max(0, rhythm.first_index_from(resume_day) - rhythm.first_index_from(first.planned))

    def later(one: DatedPayment) -> DatedPayment:
        is_to_come = one.state == Payment.State.SCHEDULED
        return put_off(course, one, intervals) if is_to_come and (intervals or one.day < resume_day) else one

    changed = with_payments(course, [later(one) for one in course.payments])
    return replace(
        changed,
        state=SubscriptionState.PAUSED,
        resume_day=resume_day,
        shifted_count=course.shifted_count + intervals,
        put_off_by=intervals,
        put_off_position=first.position if intervals else None,
    )
