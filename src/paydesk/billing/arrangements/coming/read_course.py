"""Read how an agreement of ours goes on: for a page, or under the locks of a verb that changes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from paydesk.billing.arrangements.coming.course import Course, DatedPayment
from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.payments.charging.plan_out import rhythm_of
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import locked
from paydesk.gateways.records import SubscriptionState
from paydesk.kit.clock import local_date

#: Of a plan all there may be; of what is open-ended more than any rule looks back on.
_ROWS_MAX = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """An agreement beside its course."""

    subscription: Subscription
    course: Course


def read_course(*, merchant_id: int, subscription_id: int, zone: str, is_locked: bool) -> Read:
    """Read it; locked, agreement before payments (R9), inside a transaction. Raises Subscription.DoesNotExist."""
    agreements = Subscription.objects.filter(merchant_id=merchant_id, id=subscription_id)
    subscription = (locked(agreements) if is_locked else agreements.select_related("payment_method")).get()
    mine = Payment.objects.filter(
        merchant_id=merchant_id, subscription_id=subscription_id, position__isnull=False
    )
    rows = mine.select_related("covered_by").order_by("-position")
    payments = list((locked(rows) if is_locked else rows)[:_ROWS_MAX])[::-1]
    following = (payments[-1].position or 0) + 1 if payments else 1
    course = course_of(subscription, payments, next_position=following, zone=zone)
    pause = _latest_pause(subscription)
    if pause is not None:
        course = replace(course, put_off_by=pause.put_off_by, put_off_position=pause.put_off_position)
    return Read(subscription=subscription, course=course)


def course_of(
    subscription: Subscription, payments: Sequence[Payment], *, next_position: int, zone: str
) -> Course:
    """Make the course of an agreement and its numbered payments, in their order. Pure."""
    return Course(
        rhythm=rhythm_of(subscription),
        state=SubscriptionState(subscription.state),
        amount_minor=subscription.amount_minor,
        payments_total=subscription.payments_total,
        payments=[_dated(row, zone) for row in payments],
        next_position=next_position,
        shifted_count=subscription.shifted_count,
        deposit_minor=subscription.deposit_minor,
        discount=subscription.discount,
        resume_day=local_date(subscription.resumes_at, zone=zone) if subscription.resumes_at else None,
        cancel_day=local_date(subscription.cancels_at, zone=zone) if subscription.cancels_at else None,
    )


def _latest_pause(subscription: Subscription) -> ScheduledAction | None:
    """Give what ends, or has ended, its latest pause."""
    mine = ScheduledAction.objects.filter(
        merchant_id=subscription.merchant_id,
        subscription_id=subscription.id,
        kind=ScheduledAction.Kind.RESUME,
    )
    return mine.order_by("-id").first()


def _dated(row: Payment, zone: str) -> DatedPayment:
    day = row.due_date or local_date(row.due_at, zone=zone)
    return DatedPayment(
        id=row.id,
        public_id=row.public_id,
        position=row.position or 0,
        planned=row.planned_date or day,
        day=day,
        amount_minor=row.owed_minor or row.amount_minor,
        state=_state(row),
    )


def _state(row: Payment) -> str:
    """What was paid together with others is paid; what is covered besides is held until that is decided."""
    if row.covered_by is not None and row.covered_by.state == Payment.State.PAID:
        return Payment.State.PAID
    return row.state
