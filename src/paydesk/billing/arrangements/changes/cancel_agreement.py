"""Cancel an agreement, at once or before its next payment: that is never charged, what is overdue stays owed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from paydesk.billing.arrangements.changes.ask_company import ask_company
from paydesk.billing.arrangements.changes.change import (
    Changed,
    ChangeRefused,
    agreement_of,
    change_course,
    is_on_its_way,
    today_at,
    wait_for_payment,
)
from paydesk.billing.arrangements.changes.preview import Preview, preview_of
from paydesk.billing.arrangements.changes.preview_at_company import preview_at_company
from paydesk.billing.arrangements.coming.course import Course, next_to_come, with_payments
from paydesk.billing.arrangements.ending.held_end import hold_end
from paydesk.billing.arrangements.ending.note import Said, keep_note
from paydesk.billing.arrangements.ending.ways import (
    When,
    can_company_wait,
    can_wait,
    may_end,
    refusal_by_policy,
)
from paydesk.billing.arrangements.models import AskedBy, CancelNote, ScheduledAction
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.records import SubscriptionState
from paydesk.merchants.canceling import MayCancel
from paydesk.merchants.find import MerchantInSight

_AT_COMPANY = {"now": ScheduledAction.Kind.CANCEL, "at_end": ScheduledAction.Kind.SCHEDULE_CANCEL}


class CancelRefused(ChangeRefused):
    """It goes on as it did."""


def cancel_agreement(
    *,
    merchant: MerchantInSight,
    customer_id: int,
    subscription_public_id: str,
    when: When,
    said: Said | None = None,
    asked_by: AskedBy = AskedBy.CUSTOMER,
    now: datetime,
) -> Changed:
    """End it; no attempt is begun after that (I08). "at_end": when the next payment would be due, and not before.

    Where a company collects, the company is asked; one that ends things only at once is asked when the time comes.
    Customers may do what the merchant's policies say. `said`: why. Raises CancelRefused, Subscription.DoesNotExist.
    `now` is wall time.
    """
    agreement = agreement_of(merchant=merchant, customer_id=customer_id, public_id=subscription_public_id)
    today = today_at(merchant)
    may = may_end(merchant.policies, agreement)

    def note() -> CancelNote:
        return keep_note(
            merchant_id=merchant.id,
            subscription_id=agreement.id,
            said=said or Said(),
            wanted=when,
            asked_by=asked_by,
            now=now,
        )

    if agreement.collected_by != Subscription.CollectedBy.PAYDESK:
        if no := refusal_at_company(agreement, when=when, may=may, asked_by=asked_by):
            raise CancelRefused(no)
        return (ask_company if when == "now" else hold_end)(
            merchant=merchant,
            agreement=agreement,
            kind=_AT_COMPANY[when],
            asked_by=asked_by,
            refused=CancelRefused,
            note=note,
        )

    def decide(course: Course) -> Course | None:
        is_so = course.state == SubscriptionState.CANCELED
        if is_so or (when == "at_end" and course.cancel_day is not None):
            return None
        if no := refusal(course, when=when, may=may, asked_by=asked_by, today=today):
            raise CancelRefused(no)
        return canceled(course) if when == "now" else ending(course)

    return change_course(
        merchant=merchant,
        subscription_id=agreement.id,
        decide=decide,
        what="canceled" if when == "now" else "cancel_scheduled",
        asked_by=asked_by,
        now=now,
        note=note,
    )


def preview_cancel(
    *,
    merchant: MerchantInSight,
    customer_id: int,
    subscription_public_id: str,
    when: When,
    asked_by: AskedBy = AskedBy.CUSTOMER,
) -> Preview:
    """Say what it will look like, or why it goes on. Raises Subscription.DoesNotExist. Asks no company."""
    agreement = agreement_of(merchant=merchant, customer_id=customer_id, public_id=subscription_public_id)
    today = today_at(merchant)
    may = may_end(merchant.policies, agreement)
    if agreement.collected_by != Subscription.CollectedBy.PAYDESK:
        return preview_at_company(
            merchant=merchant,
            agreement=agreement,
            kind=_AT_COMPANY[when],
            refusal=refusal_at_company(agreement, when=when, may=may, asked_by=asked_by),
        )

    def look(course: Course) -> Course | str:
        said = refusal(course, when=when, may=may, asked_by=asked_by, today=today)
        return said or (canceled(course) if when == "now" else ending(course))

    return preview_of(merchant=merchant, subscription=agreement, look=look)


def refusal_at_company(
    agreement: Subscription, *, when: When, may: MayCancel, asked_by: AskedBy
) -> str | None:
    """Say why the merchant does not let a customer end what a company collects, or None."""
    if asked_by == AskedBy.STAFF:
        return None
    waits = can_company_wait(agreement, is_ending=agreement.ends_at is not None)
    return refusal_by_policy(may, when, can_wait=waits)


def refusal(course: Course, *, when: When, may: MayCancel, asked_by: AskedBy, today: date) -> str | None:
    """Say why it may not be cancelled, or None if it may."""
    if course.state == SubscriptionState.CANCELED:
        return _("It is cancelled already.")
    if course.state == SubscriptionState.COMPLETED:
        return _("All its payments are made. There is nothing to cancel.")
    if when == "at_end" and course.cancel_day is not None:
        return _("It is about to end already.")
    # Why it cannot wait is told below, better than by a policy.
    waits = when == "at_end" or course.cancel_day is not None or can_wait(course)
    by_policy = refusal_by_policy(may, when, can_wait=waits)
    if by_policy and asked_by != AskedBy.STAFF:
        return by_policy
    if when == "now":
        return None
    if course.state == SubscriptionState.PAUSED:
        return _("It is paused, and nothing is charged for it. It can be cancelled at once.")
    if is_on_its_way(course, today):
        return wait_for_payment()
    if next_to_come(course) is None:
        return _("No further payment is to come. It can be cancelled at once.")
    return None


def canceled(course: Course) -> Course:
    """Give the course that has ended: what was still to come is given up."""
    given_up = [
        replace(one, state=Payment.State.CANCELED) if one.state == Payment.State.SCHEDULED else one
        for one in course.payments
    ]
    ended = with_payments(course, given_up)
    return replace(ended, state=SubscriptionState.CANCELED, resume_day=None, cancel_day=None)


def ending(course: Course) -> Course:
    """Give the course that ends when the next payment would be due."""
    first = next_to_come(course)
    if first is None:
        raise AssertionError("what ends later has something to come")
    return replace(course, cancel_day=first.day)
