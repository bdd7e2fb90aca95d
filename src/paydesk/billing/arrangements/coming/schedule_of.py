"""Say how each payment of a plan stands: what was paid, what is overdue, what is to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit.clock import local_date
from paydesk.merchants.find import MerchantInSight


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduledPayment:
    """One payment of a plan. `fee_minor` is its share of the finance fee; `is_moved`: not on the day of the plan.

    `paid_with` is the public id of the payment that paid it together with others, or is on its way to.
    """

    position: int
    payment_public_id: str
    day: date
    planned_day: date
    due_at: datetime
    amount_minor: int
    fee_minor: int
    currency: str
    state: str
    paid_at: datetime | None
    paid_with: str | None
    is_deposit: bool
    is_moved: bool
    is_overdue: bool


def schedule_of(
    *, merchant: MerchantInSight, subscription: Subscription, now: datetime
) -> list[ScheduledPayment]:
    """List every payment of one agreement of ours that is a row, in order. One query. `now` is business time."""
    rows = Payment.objects.filter(
        merchant_id=merchant.id, subscription_id=subscription.id, position__isnull=False
    )
    has_deposit = subscription.deposit_minor > 0
    return [
        _scheduled(row, zone=merchant.time_zone, is_deposit=has_deposit and row.position == 1, now=now)
        for row in rows.select_related("covered_by").order_by("position")
    ]


def _scheduled(row: Payment, *, zone: str, is_deposit: bool, now: datetime) -> ScheduledPayment:
    day = row.due_date or local_date(row.due_at, zone=zone)
    planned = row.planned_date or day
    is_late = row.state == Payment.State.DUE and row.due_at <= now
    return ScheduledPayment(
        position=row.position or 0,
        payment_public_id=row.public_id,
        day=day,
        planned_day=planned,
        due_at=row.due_at,
        amount_minor=row.amount_minor,
        fee_minor=row.fee_minor,
        currency=row.currency,
        state=row.state,
        paid_at=row.paid_at,
        paid_with=row.covered_by.public_id if row.covered_by else None,
        is_deposit=is_deposit,
        is_moved=day != planned,
        is_overdue=is_late or row.state == Payment.State.FAILED,
    )
