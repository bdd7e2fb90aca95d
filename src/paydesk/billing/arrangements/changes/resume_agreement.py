"""Let an agreement that pauses go on before its day: what the pause put off comes back as far as it can."""

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
    has_ended,
    is_on_its_way,
    today_at,
    wait_for_payment,
)
from paydesk.billing.arrangements.changes.preview import Preview, preview_of
from paydesk.billing.arrangements.changes.preview_at_company import preview_at_company
from paydesk.billing.arrangements.coming.course import (
    RUNNING,
    Course,
    next_to_come,
    put_off,
    with_payments,
)
from paydesk.billing.arrangements.models import AskedBy, ScheduledAction
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.gateways.records import SubscriptionState
from paydesk.merchants.find import MerchantInSight


class ResumeRefused(ChangeRefused):
    """It goes on pausing."""


def resume_agreement(
    *,
    merchant: MerchantInSight,
    customer_id: int,
    subscription_public_id: str,
    asked_by: AskedBy = AskedBy.CUSTOMER,
    now: datetime,
) -> Changed:
    """Let it go on today, before the day that was set. A payment that was to be made today is charged today.

    Where a company collects, the company is asked. Raises ResumeRefused, Subscription.DoesNotExist. `now` is wall time.
    """
    agreement = agreement_of(merchant=merchant, customer_id=customer_id, public_id=subscription_public_id)
    today = today_at(merchant)
    if agreement.collected_by != Subscription.CollectedBy.PAYDESK:
        return ask_company(
            merchant=merchant,
            agreement=agreement,
            kind=ScheduledAction.Kind.RESUME,
            asked_by=asked_by,
            refused=ResumeRefused,
        )

    def decide(course: Course) -> Course | None:
        if course.state in RUNNING:
            return None
        if said := refusal(course, today=today):
            raise ResumeRefused(said)
        return resumed(course, today)

    return change_course(
        merchant=merchant,
        subscription_id=agreement.id,
        decide=decide,
        what="resumed",
        asked_by=asked_by,
        now=now,
    )


def preview_resume(*, merchant: MerchantInSight, customer_id: int, subscription_public_id: str) -> Preview:
    """Say what it will look like, or why it goes on pausing. Raises Subscription.DoesNotExist. Asks no company."""
    agreement = agreement_of(merchant=merchant, customer_id=customer_id, public_id=subscription_public_id)
    today = today_at(merchant)
    if agreement.collected_by != Subscription.CollectedBy.PAYDESK:
        return preview_at_company(merchant=merchant, agreement=agreement, kind=ScheduledAction.Kind.RESUME)

    def look(course: Course) -> Course | str:
        return refusal(course, today=today) or resumed(course, today)

    return preview_of(merchant=merchant, subscription=agreement, look=look)


def refusal(course: Course, *, today: date) -> str | None:
    """Say why it may not go on today, or None if it may."""
    if course.state in ENDED:
        return has_ended()
    if course.state != SubscriptionState.PAUSED:
        return _("It is not paused.")
    if is_on_its_way(course, today):
        return wait_for_payment()
    return None


def resumed(course: Course, today: date) -> Course:
    """Give the course that goes on today: with the first day of its rhythm from today on, but no earlier than before.

    What the pause put off comes back by whole intervals, to the days that it would have had without the pause.
    """
    first, back = next_to_come(course), 0
    if first is not None and course.put_off_by:
        rhythm = course.rhythm
        earlier = rhythm.first_index_from(first.planned) - rhythm.first_index_from(today)
        back = min(course.put_off_by, max(0, earlier))
    changed = with_payments(
        course,
        [
            put_off(course, one, -back) if back and one.state == Payment.State.SCHEDULED else one
            for one in course.payments
        ],
    )
    left = course.put_off_by - back
    return replace(
        going_on(changed),
        shifted_count=course.shifted_count - back,
        put_off_by=left,
        put_off_position=course.put_off_position if left else None,
    )


def going_on(course: Course) -> Course:
    """Give the course whose pause is over; the days were set when it began."""
    return replace(course, state=SubscriptionState.ACTIVE, resume_day=None)
