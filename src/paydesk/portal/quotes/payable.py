"""List the payments of an agreement of ours that can be made now, in their order: what is late comes first."""

from __future__ import annotations

from itertools import islice

from paydesk.billing.arrangements.coming.course import DatedPayment, coming
from paydesk.billing.arrangements.coming.read_course import read_course
from paydesk.billing.arrangements.quotes import NEXT_MAX
from paydesk.billing.payments.models import Payment
from paydesk.portal.door import AtHand

_LATE = (Payment.State.DUE, Payment.State.FAILED)


def payable_in_order(at: AtHand, subscription_id: int) -> list[DatedPayment]:
    """Give as many as can be made with one charge; of an open-ended agreement also those that are no rows yet."""
    course = read_course(
        merchant_id=at.merchant.id,
        subscription_id=subscription_id,
        zone=at.merchant.time_zone,
        is_locked=False,
    ).course
    late = [one for one in course.payments if one.state in _LATE]
    to_come = islice(coming(course), NEXT_MAX)
    return sorted([*late, *to_come], key=lambda one: one.position)[:NEXT_MAX]
