"""Open a concern: a doubt about money that code cannot end. Asking twice gives the one that is open."""

from __future__ import annotations

from datetime import datetime

from paydesk.billing.concerns.models import Concern
from paydesk.database.transactions import in_transaction
from paydesk.events.record import record_event

Facts = dict[str, str | int | None]


def open_concern(*, merchant_id: int, kind: str, subject: str, facts: Facts, now: datetime) -> Concern:
    """Open it in the transaction of what raises the doubt, and tell of it once. `now` is wall time.

    `facts`: identifiers and amounts, never a secret; see FACT_NAMES in `words.py`. Those of the first time stay.
    """
    return in_transaction(lambda: _open(merchant_id, Concern.Kind(kind), subject, facts, now))


def _open(merchant_id: int, kind: Concern.Kind, subject: str, facts: Facts, now: datetime) -> Concern:
    """Two that open it at once meet at the constraint: the later one runs again and finds it."""
    same = Concern.objects.filter(
        merchant_id=merchant_id, kind=kind, subject=subject, resolved_at__isnull=True
    )
    known = same.first()
    if known is not None:
        return known
    opened = Concern.objects.create(
        merchant_id=merchant_id, kind=kind, subject=subject, facts=facts, opened_at=now
    )
    record_event(
        merchant_id=merchant_id, name="concern.opened", subject={"concern": opened.public_id}, now=now
    )
    return opened
