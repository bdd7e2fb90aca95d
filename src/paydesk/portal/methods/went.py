"""Say how a payment went that was to be made with a change: from its rows, so that a reload says how it stands now."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from paydesk.billing.payments.models import Attempt, Payment

#: A second press has a change of its own, a moment after the attempt of the first.
_BEFORE = timedelta(minutes=2)


class Went(StrEnum):
    """UNTRIED: nobody was asked for the money; CONFIRM: the bank waits for the customer."""

    PAID = "paid"
    DECLINED = "declined"
    CONFIRM = "confirm"
    WAITING = "waiting"
    UNTRIED = "untried"


def how_it_went(payment: Payment, attempt: Attempt | None, *, since: datetime) -> Went:
    """`since`: when the change was asked for (wall time); an older try, or one of the company, is another."""
    if payment.state == Payment.State.PAID:
        return Went.PAID
    if attempt is not None and attempt.state in Attempt.OPEN:
        is_asked = attempt.state == Attempt.State.NEEDS_CUSTOMER and attempt.action_url
        return Went.CONFIRM if is_asked else Went.WAITING
    if payment.state == Payment.State.PROCESSING:
        return Went.WAITING
    is_ours = attempt is not None and attempt.origin == Attempt.Origin.PAYDESK
    if attempt is None or not is_ours or attempt.created_at < since - _BEFORE:
        return Went.UNTRIED
    return Went.DECLINED if attempt.state == Attempt.State.DECLINED else Went.UNTRIED
