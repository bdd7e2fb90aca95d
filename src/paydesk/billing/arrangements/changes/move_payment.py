"""Move one payment of an agreement to another day, inside the window that the merchant gives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

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
    payment_in,
    taken_days_around,
    with_payment,
)
from paydesk.billing.arrangements.models import AskedBy
from paydesk.billing.payments.models import Payment
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.policies import Policies


class MoveRefused(ChangeRefused):
    """The payment stays on its day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The first and the last day to which a payment may be moved."""

    first: date
    last: date


def move_payment(
    *,
    merchant: MerchantInSight,
    customer_id: int,
    payment_public_id: str,
    to: date,
    asked_by: AskedBy = AskedBy.CUSTOMER,
    now: datetime,
) -> Changed:
    """Let it be charged on another local day. Raises MoveRefused, Payment.DoesNotExist. `now` is wall time.

    The days of all other payments stay: they are reckoned from the anchor, not from this one.
    """
    agreement = agreement_of_payment(merchant=merchant, customer_id=customer_id, public_id=payment_public_id)
    today = today_at(merchant)

    def decide(course: Course) -> Course | None:
        payment = payment_in(course, payment_public_id)
        if payment.state == Payment.State.SCHEDULED and payment.day == to:
            return None
        said = refusal(course, payment, to=to, policies=merchant.policies, today=today)
        if said is not None:
            raise MoveRefused(said)
        return moved(course, payment, to)

    return change_course(
        merchant=merchant,
        subscription_id=agreement.id,
        decide=decide,
        what="moved",
        asked_by=asked_by,
        now=now,
    )


def preview_move(*, merchant: MerchantInSight, customer_id: int, payment_public_id: str, to: date) -> Preview:
    """Say what it will look like, or why it may not be moved. Raises Payment.DoesNotExist."""
    agreement = agreement_of_payment(merchant=merchant, customer_id=customer_id, public_id=payment_public_id)
    today = today_at(merchant)

    def look(course: Course) -> Course | str:
        payment = payment_in(course, payment_public_id)
        said = refusal(course, payment, to=to, policies=merchant.policies, today=today)
        return said or moved(course, payment, to)

    return preview_of(merchant=merchant, subscription=agreement, look=look)


def refusal(
    course: Course, payment: DatedPayment, *, to: date, policies: Policies, today: date
) -> str | None:
    """Say why it may not be moved to that day, or None if it may."""
    if said := cannot_be_moved(course, payment, policies=policies, today=today):
        return said
    before, after = taken_days_around(course, payment)
    if to <= today:
        return _("Choose tomorrow or a later day.")
    if abs((to - payment.planned).days) > policies.move_days:
        return ngettext(
            "This payment can be moved by %(count)s day at most.",
            "This payment can be moved by %(count)s days at most.",
            policies.move_days,
        ) % {"count": policies.move_days}
    if after is not None and to >= after:
        return _("By then the payment after it is due. Choose an earlier day.")
    if before is not None and to <= before:
        return _("Until then the payment before it is due. Choose a later day.")
    return None


def cannot_be_moved(course: Course, payment: DatedPayment, *, policies: Policies, today: date) -> str | None:
    """Say why it may not be moved at all, or None: a payment may be moved until its day has come."""
    if policies.move_days == 0:
        return _("Payments cannot be moved here. Please write to us.")
    if payment.state in (Payment.State.PROCESSING, Payment.State.COVERED):
        return _("This payment is on its way. It can no longer be moved.")
    if payment.state != Payment.State.SCHEDULED:
        return _("Only a payment that is still to come can be moved.")
    if said := not_running(course):
        return said
    if course.cancel_day is not None and payment.day >= course.cancel_day:
        return _("It ends before that payment, which will not be charged.")
    if payment.day <= today:
        return _("The day of this payment has come. It can no longer be moved.")
    return None


def window_of(course: Course, payment: DatedPayment, *, policies: Policies, today: date) -> Window | None:
    """Give the days that may be chosen, None if there is none."""
    if cannot_be_moved(course, payment, policies=policies, today=today):
        return None
    most, one = timedelta(days=policies.move_days), timedelta(days=1)
    before, after = taken_days_around(course, payment)
    first = max(filter(None, [payment.planned - most, today + one, before and before + one]))
    last = min(filter(None, [payment.planned + most, after and after - one]))
    return Window(first=first, last=last) if first <= last else None


def moved(course: Course, payment: DatedPayment, to: date) -> Course:
    """Give the course with that payment on another day."""
    return with_payment(course, replace(payment, day=to))
