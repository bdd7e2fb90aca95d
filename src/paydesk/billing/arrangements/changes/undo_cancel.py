"""Take back that an agreement is about to end, as long as it has not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from paydesk.billing.arrangements.changes.ask_company import ask_company
from paydesk.billing.arrangements.changes.change import (
    Changed,
    ChangeRefused,
    agreement_of,
    change_course,
    has_ended,
)
from paydesk.billing.arrangements.changes.preview import Preview, preview_of
from paydesk.billing.arrangements.changes.preview_at_company import preview_at_company
from paydesk.billing.arrangements.coming.course import Course
from paydesk.billing.arrangements.ending.held_end import drop_held_end
from paydesk.billing.arrangements.ending.note import withdraw_notes
from paydesk.billing.arrangements.models import AskedBy, ScheduledAction
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.merchants.find import MerchantInSight


class UndoRefused(ChangeRefused):
    """It has ended."""


def undo_cancel(
    *,
    merchant: MerchantInSight,
    customer_id: int,
    subscription_public_id: str,
    asked_by: AskedBy = AskedBy.CUSTOMER,
    now: datetime,
) -> Changed:
    """Let it go on as if nobody had cancelled it.

    Where a company collects, the company is asked. Raises UndoRefused, Subscription.DoesNotExist. `now` is wall time.
    """
    agreement = agreement_of(merchant=merchant, customer_id=customer_id, public_id=subscription_public_id)
    if agreement.held_end_at is not None:
        return drop_held_end(merchant=merchant, agreement=agreement, asked_by=asked_by, refused=UndoRefused)
    if agreement.collected_by != Subscription.CollectedBy.PAYDESK:
        return ask_company(
            merchant=merchant,
            agreement=agreement,
            kind=ScheduledAction.Kind.UNDO_CANCEL,
            asked_by=asked_by,
            refused=UndoRefused,
        )

    def decide(course: Course) -> Course | None:
        if said := refusal(course):
            raise UndoRefused(said)
        if course.cancel_day is None:
            return None
        withdraw_notes(merchant_id=merchant.id, subscription_id=agreement.id, now=now)
        return undone(course)

    return change_course(
        merchant=merchant,
        subscription_id=agreement.id,
        decide=decide,
        what="cancel_undone",
        asked_by=asked_by,
        now=now,
    )


def preview_undo_cancel(
    *, merchant: MerchantInSight, customer_id: int, subscription_public_id: str
) -> Preview:
    """Say what it will look like, or that it has ended. Raises Subscription.DoesNotExist. Asks no company."""
    agreement = agreement_of(merchant=merchant, customer_id=customer_id, public_id=subscription_public_id)
    if agreement.collected_by != Subscription.CollectedBy.PAYDESK:
        return preview_at_company(
            merchant=merchant, agreement=agreement, kind=ScheduledAction.Kind.UNDO_CANCEL
        )
    return preview_of(
        merchant=merchant, subscription=agreement, look=lambda course: refusal(course) or undone(course)
    )


def refusal(course: Course) -> str | None:
    """Say why it cannot be taken back, or None if it can."""
    return has_ended() if course.state in ENDED else None


def undone(course: Course) -> Course:
    """Give the course without an end."""
    return replace(course, cancel_day=None)
