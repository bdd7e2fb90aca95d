"""Keep what somebody said as they were about to cancel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from paydesk.billing.arrangements.ending.ways import When
from paydesk.billing.arrangements.models import AskedBy, CancelNote
from paydesk.events.record import Subject
from paydesk.merchants.canceling import CancelOffer, CancelReason

COMMENT_MAX = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """Why, in one of eight words and in their own; and what had been offered before."""

    reason: CancelReason | None = None
    comment: str = ""
    offered: CancelOffer | None = None


def keep_note(
    *,
    merchant_id: int,
    subscription_id: int,
    said: Said,
    wanted: When,
    answer: CancelNote.Answer = CancelNote.Answer.CANCELED,
    asked_by: AskedBy,
    now: datetime,
) -> CancelNote:
    """Write it in the transaction of what was chosen. `now` is wall time."""
    return CancelNote.objects.create(
        merchant_id=merchant_id,
        subscription_id=subscription_id,
        asked_by=asked_by,
        wanted=wanted,
        reason=said.reason or "",
        comment=said.comment[:COMMENT_MAX],
        offered=said.offered or "",
        answer=answer,
        created_at=now,
    )


def withdraw_notes(*, merchant_id: int, subscription_id: int, now: datetime) -> None:
    """Mark that the end was taken back; what was said stays."""
    CancelNote.objects.filter(
        merchant_id=merchant_id,
        subscription_id=subscription_id,
        answer=CancelNote.Answer.CANCELED,
        undone_at__isnull=True,
    ).update(undone_at=now)


def with_reason(subject: Subject, note: CancelNote | None) -> Subject:
    """Give what an event is about, with the reason where one was given."""
    return subject | {"reason": note.reason} if note and note.reason else subject
