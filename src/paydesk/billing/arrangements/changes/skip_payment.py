"""Skip the next payment of a subscription, or take that back until its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paydesk.billing.arrangements.changes.change import (
    Changed,
    ChangeRefused,
    agreement_of_payment,
    change_course,
    not_running,
    today_at,
)
from paydesk.billing.arrangements.changes.preview import Preview, preview_of
from paydesk.billing.arrangements.coming.course import (
    Course,
    DatedPayment,
    next_to_come,
    payment_in,
    with_payment,
)
from paydesk.billing.arrangements.models import AskedBy
from paydesk.billing.payments.models import Payment
from paydesk.gateways.records import SubscriptionState
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.policies import Policies


class SkipRefused(ChangeRefused):
    """The payment stays what it was."""


def skip_payment(
    *,
    merchant: MerchantInSight,
    customer_id: int,
    payment_public_id: str,
    asked_by: AskedBy = AskedBy.CUSTOMER,
    now: datetime,
) -> Changed:
    """Charge nothing for it; the one after it is next. Raises SkipRefused, Payment.DoesNotExist. `now` is wall time."""
    agreement = agreement_of_payment(merchant=merchant, customer_id=customer_id, public_id=payment_public_id)
    today = today_at(merchant)

    def decide(course: Course) -> Course | None:
        payment = payment_in(course, payment_public_id)
        if payment.state == Payment.State.SKIPPED:
            return None
        if said := refusal(course, payment, policies=merchant.policies, today=today):
            raise SkipRefused(said)
        return skipped(course, payment)

    return change_course(
        merchant=merchant,
        subscription_id=agreement.id,
        decide=decide,
        what="skipped",
        asked_by=asked_by,
        now=now,
    )


def unskip_payment(
    *,
    merchant: MerchantInSight,
    customer_id: int,
    payment_public_id: str,
    asked_by: AskedBy = AskedBy.CUSTOMER,
    now: datetime,
) -> Changed:
    """Let it be charged on its day after all. Raises SkipRefused, Payment.DoesNotExist. `now` is wall time."""
    agreement = agreement_of_payment(merchant=merchant, customer_id=customer_id, public_id=payment_public_id)
    today = today_at(merchant)

    def decide(course: Course) -> Course | None:
        payment = payment_in(course, payment_public_id)
        if payment.state == Payment.State.SCHEDULED:
            return None
        if said := refusal_to_unskip(course, payment, today=today):
            raise SkipRefused(said)
        return unskipped(course, payment)

    return change_course(
        merchant=merchant,
        subscription_id=agreement.id,
        decide=decide,
        what="unskipped",
        asked_by=asked_by,
        now=now,
    )


def preview_skip(*, merchant: MerchantInSight, customer_id: int, payment_public_id: str) -> Preview:
    """Say what it will look like, or why it may not be skipped. Raises Payment.DoesNotExist."""
    agreement = agreement_of_payment(merchant=merchant, customer_id=customer_id, public_id=payment_public_id)
    today = today_at(merchant)

    def look(course: Course) -> Course | str:
        payment = payment_in(course, payment_public_id)
        said = refusal(course, payment, policies=merchant.policies, today=today)
        return said or skipped(course, payment)

    return preview_of(merchant=merchant, subscription=agreement, look=look)


def preview_unskip(*, merchant: MerchantInSight, customer_id: int, payment_public_id: str) -> Preview:
    """Say what it will look like, or why it stays skipped. Raises Payment.DoesNotExist."""
    agreement = agreement_of_payment(merchant=merchant, customer_id=customer_id, public_id=payment_public_id)
    today = today_at(merchant)

    def look(course: Course) -> Course | str:
        payment = payment_in(course, payment_public_id)
        return refusal_to_unskip(course, payment, today=today) or unskipped(course, payment)

    return preview_of(merchant=merchant, subscription=agreement, look=look)


def refusal(course: Course, payment: DatedPayment, *, policies: Policies, today: date) -> str | None:
    """Say why it may not be skipped, or None if it may."""
    if policies.skip_in_a_row == 0:
        return _("Payments cannot be skipped here. Please write to us.")
    if course.is_plan:
        return _(
            "A payment of a plan cannot be skipped: all of them are owed. It can be moved, or the plan paused."
        )
    if said := not_running(course):
        return said
    if course.state == SubscriptionState.TRIALING:
        return _("Nothing is charged during the trial, so there is nothing to skip yet.")
    if payment.state in (Payment.State.PROCESSING, Payment.State.COVERED):
        return _("This payment is on its way. It can no longer be skipped.")
    first = next_to_come(course)
    if first is None or payment.id != first.id:
        return _("Only the next payment can be skipped.")
    if payment.day <= today:
        return _("The day of this payment has come. It can no longer be skipped.")
    if skipped_in_a_row(course, payment) >= policies.skip_in_a_row:
        return ngettext(
            "Only %(count)s payment in a row can be skipped.",
            "Only %(count)s payments in a row can be skipped.",
            policies.skip_in_a_row,
        ) % {"count": policies.skip_in_a_row}
    return None


def refusal_to_unskip(course: Course, payment: DatedPayment, *, today: date) -> str | None:
    """Say why it stays skipped, or None: it can be taken back until its day, while nothing has come after it."""
    if said := not_running(course):
        return said
    if payment.state != Payment.State.SKIPPED:
        return _("This payment is not skipped.")
    later = [one for one in course.payments if one.position > payment.position]
    is_last = all(one.state == Payment.State.SCHEDULED and one.day > payment.day for one in later)
    ends_before = course.cancel_day is not None and payment.day >= course.cancel_day
    if payment.day <= today or not is_last or ends_before:
        return _("This payment stays skipped: it is too late to take that back.")
    return None


def skipped_in_a_row(course: Course, payment: DatedPayment) -> int:
    """Count the payments right before it that were skipped."""
    found = 0
    for one in reversed([one for one in course.payments if one.position < payment.position]):
        if one.state != Payment.State.SKIPPED:
            break
        found += 1
    return found


def skipped(course: Course, payment: DatedPayment) -> Course:
    """Give the course without that payment."""
    return with_payment(course, replace(payment, state=Payment.State.SKIPPED))


def unskipped(course: Course, payment: DatedPayment) -> Course:
    """Give the course with that payment on its day."""
    return with_payment(course, replace(payment, state=Payment.State.SCHEDULED))
