"""Read how an agreement of ours goes on, for the pages that change it."""

from __future__ import annotations

from datetime import date

from paydesk.billing.arrangements.coming.course import Course
from paydesk.billing.arrangements.coming.read_course import read_course
from paydesk.kit.clock import local_date
from paydesk.portal.door import AtHand
from paydesk.portal.reads.agreements import Agreement


def course_at(at: AtHand, agreement: Agreement) -> Course:
    """Give it as it stands; the agreement is the customer's own."""
    return read_course(
        merchant_id=at.merchant.id,
        subscription_id=agreement.id,
        zone=at.merchant.time_zone,
        is_locked=False,
    ).course


def today_at(at: AtHand) -> date:
    """Give the local day by the merchant's own clock."""
    return local_date(at.now, zone=at.merchant.time_zone)
