"""Tell staff of a concern: a letter each, and one for all when so many come that nobody would read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from paydesk.billing.concerns.models import Concern
from paydesk.database.transactions import in_transaction
from paydesk.events.models import Event
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.notices import concern_letter, concerns_letter
from paydesk.notices.models import Letter
from paydesk.notices.write import write_letter

LETTERS_AN_HOUR_MAX = 5
_HOUR = timedelta(hours=1)
#: So long a letter for many waits for more of them.
_GATHER = timedelta(minutes=5)


def write_concern_letter(event: Event, now: datetime) -> None:
    """React to concern.opened. A concern is told of in one letter at most, however often its event is delivered."""
    merchant = merchant_by_id(event.merchant_id)
    in_transaction(lambda: _tell(merchant, str(event.subject["concern"]), now))


def gather_until(many_written_at: Sequence[datetime], *, now: datetime) -> datetime:
    """Say when the next letter for many goes out: soon, and not within an hour of the last one that was written."""
    return max([now + _GATHER, *(written_at + _HOUR for written_at in many_written_at)])


def _tell(merchant: MerchantInSight, public_id: str, now: datetime) -> None:
    concerns_letter.lock_gathering(merchant.id)
    untold = Concern.objects.filter(
        merchant_id=merchant.id, public_id=public_id, told_in="", resolved_at__isnull=True
    )
    if not untold.exists():
        return
    recent = Letter.objects.filter(merchant_id=merchant.id, created_at__gt=now - _HOUR)
    if recent.filter(kind=concern_letter.KIND).count() < LETTERS_AN_HOUR_MAX:
        letter = _write(merchant, concern_letter.KIND, {"concern": public_id}, now=now, send_at=now)
        untold.update(told_in=letter.public_id)
    elif not concerns_letter.is_gathering(merchant.id):
        many = recent.filter(kind=concerns_letter.KIND).values_list("created_at", flat=True)
        _write(merchant, concerns_letter.KIND, {}, now=now, send_at=gather_until(list(many), now=now))


def _write(
    merchant: MerchantInSight,
    kind: str,
    subject: dict[str, str | int | None],
    *,
    now: datetime,
    send_at: datetime,
) -> Letter:
    """There is no list of staff yet: what customers write to, somebody reads."""
    return write_letter(
        merchant_id=merchant.id,
        kind=kind,
        customer_id=None,
        recipient=merchant.support_email,
        subject=subject,
        now=now,
        send_at=send_at,
    )
