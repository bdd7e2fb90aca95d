"""Work off one open attempt that is due for a look: the resolver's queue."""

from __future__ import annotations

from datetime import datetime

from paydesk.billing.payments.models import Attempt
from paydesk.billing.payments.settle import look_up_attempt, next_look_at
from paydesk.merchants.find import merchant_by_id
from paydesk.work.claim import Claim
from paydesk.work.queues import Later


def resolve_attempt(taken: Claim, now: datetime) -> None:
    """Look the attempt up; one that stays open is put back for its next look."""
    if taken.merchant_id is None:
        raise AssertionError("an attempt belongs to a merchant")
    attempt = look_up_attempt(merchant=merchant_by_id(taken.merchant_id), attempt_id=taken.row_id, now=now)
    if attempt.state in Attempt.OPEN:
        look_at = next_look_at(asked_at=attempt.created_at, now=now)
        if attempt.wait_until is not None and attempt.wait_until > now:
            look_at = attempt.wait_until
        raise Later(look_at, "no clear answer yet")
