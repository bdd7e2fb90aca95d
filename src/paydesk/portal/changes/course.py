"""Say how an agreement of ours goes on: read for the pages that change it, or made of what a page has read already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from paydesk.billing.arrangements.coming.course import Course
from paydesk.billing.arrangements.coming.read_course import course_of, read_course
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit.clock import local_date
from paydesk.merchants.find import MerchantInSight
from paydesk.portal.door import AtHand
from paydesk.portal.reads.agreements import Agreement
from paydesk.portal.reads.instalments import Instalment, latest_put_off

#: What a course is made of.
_OF_AGREEMENT = (
    "state",
    "amount_minor",
    "payments_total",
    "interval_unit",
    "interval_count",
    "anchor_date",
    "shifted_count",
    "deposit_minor",
    "resumes_at",
    "cancels_at",
)
_OF_PAYMENT = (
    "id",
    "public_id",
    "position",
    "state",
    "amount_minor",
    "owed_minor",
    "due_at",
    "due_date",
    "planned_date",
)


def course_at(at: AtHand, agreement: Agreement) -> Course:
    """Give it as it stands; the agreement is the customer's own."""
    return read_course(
        merchant_id=at.merchant.id,
        subscription_id=agreement.id,
        zone=at.merchant.time_zone,
        is_locked=False,
    ).course


def course_of_rows(merchant: MerchantInSight, agreement: Agreement, rows: Sequence[Instalment]) -> Course:
    """Make it of an agreement and its payments as the page has read them: the rule is the domain's own.

    `rows` in the order of their positions: what is still to be paid, and the latest at least.
    """
    subscription = Subscription(**{name: getattr(agreement, name) for name in _OF_AGREEMENT})
    course = course_of(
        subscription,
        [_payment(row) for row in rows],
        next_position=rows[-1].position + 1 if rows else 1,
        zone=merchant.time_zone,
    )
    put_off = latest_put_off(merchant_id=merchant.id, subscription_id=agreement.id)
    return replace(course, **put_off._asdict()) if put_off else course


def _payment(row: Instalment) -> Payment:
    covering = Payment(state=row.covering_state) if row.covering_state else None
    return Payment(**{name: getattr(row, name) for name in _OF_PAYMENT}, covered_by=covering)


def today_at(at: AtHand) -> date:
    """Give the local day by the merchant's own clock."""
    return local_date(at.now, zone=at.merchant.time_zone)
