"""Say what stands against charging again after all was compared: what only a person can answer for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from paydesk.billing.concerns.models import Concern
from paydesk.billing.payments.mirrored.unknown_marks import open_doubts_about_charges
from paydesk.billing.payments.models import Attempt
from paydesk.billing.payments.uncertain import doubt_attempt, subject_of
from paydesk.database.transactions import in_transaction
from paydesk.sync.compare.attempts import open_attempts
from paydesk.sync.compare.events import known_until
from paydesk.sync.compare.hand import Hand

#: The company waits for a bank or for the customer: that is clear, and the payment is not asked for again.
_CLEAR = (Attempt.State.PENDING, Attempt.State.NEEDS_CUSTOMER)
#: A company that has to search for a mark finds what was made an hour ago. Until then nobody need be asked.
_FOUND_WITHIN = timedelta(minutes=70)


def doubts_of(hand: Hand, *, now: datetime) -> Sequence[Concern]:
    """Give the concerns that a person has to close first, and open those that are not open. `now` is wall time."""
    unclear = in_transaction(lambda: [_doubted(attempt, now) for attempt in unclear_attempts(hand)])
    return [*open_doubts_about_charges(hand.connection, made_after=known_until(hand)), *unclear]


def unclear_attempts(hand: Hand) -> list[Attempt]:
    """List what was asked for before the restore, is not settled, and was not answered for by anybody since."""
    found = (
        open_attempts(hand)
        .filter(created_at__lte=hand.hold.started_at)
        .exclude(state__in=_CLEAR)
        .select_related("payment")
    )
    return [attempt for attempt in found if not _is_answered_for(hand, attempt)]


def may_still_be_found(attempt: Attempt, *, now: datetime) -> bool:
    """Say whether looking again may help, before a person is asked."""
    return now - (attempt.submitted_at or attempt.created_at) < _FOUND_WITHIN


def _is_answered_for(hand: Hand, attempt: Attempt) -> bool:
    return Concern.objects.filter(
        merchant_id=attempt.merchant_id,
        kind=Concern.Kind.UNKNOWN_OUTCOME,
        subject=subject_of(attempt),
        resolved_at__gte=hand.hold.started_at,
    ).exists()


def _doubted(attempt: Attempt, now: datetime) -> Concern:
    return doubt_attempt(attempt, kind=Concern.Kind.UNKNOWN_OUTCOME, now=now)
