"""Read from a form what is to be changed: a day, and the payment that it is about; name the agreement to a verb."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from paydesk.billing.arrangements.coming.course import Course, DatedPayment, next_to_come
from paydesk.portal.door import AtHand


class NoDay(ValueError):
    """What was typed is no day. The words are for the customer."""


def agreement_named(at: AtHand, public_id: str) -> dict[str, Any]:
    """Name a customer's own agreement, as the verbs that change one and their previews take it."""
    return {
        "merchant": at.merchant,
        "customer_id": at.customer.customer_id,
        "subscription_public_id": public_id,
    }


def read_day(text: str) -> date:
    """Read a day as a date field sends it; raises NoDay."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as wrong:
        raise NoDay(_("Choose a day, such as 2027-03-31.")) from wrong


def payment_or_404(course: Course, public_id: str) -> DatedPayment:
    """Give the payment of the agreement that is named, or the next one; what is not of it is not there."""
    if not public_id:
        found = next_to_come(course)
    else:
        found = next((one for one in course.payments if one.public_id == public_id), None)
    if found is None or found.public_id is None:
        raise Http404
    return found
