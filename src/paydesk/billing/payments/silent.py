"""Attempts that wait for a company which does not answer: one of them is its trial, and when it answers all are due."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from paydesk.billing.payments.models import Attempt
from paydesk.merchants.find import all_merchant_ids

#: What is noted with an attempt whose look-up was not answered.
SILENT = "the company does not answer"


def try_silent_companies(now: datetime) -> None:
    """Let the oldest attempt that waits for each silent company be looked up now. `now` is wall time.

    Looked up hourly and daily, an attempt would be settled long after the company is there again.
    """
    for merchant_id in all_merchant_ids():
        oldest: dict[int, int] = {}
        waiting = _waiting(merchant_id).filter(due_at__gt=now).order_by("id")
        for attempt_id, connection_id in waiting.values_list("id", "connection_id"):
            oldest.setdefault(connection_id, attempt_id)
        _waiting(merchant_id).filter(id__in=oldest.values(), due_at__gt=now).update(due_at=now)


def wake_the_others(attempt: Attempt, now: datetime) -> None:
    """The company answers: whatever waited for it is due now. `now` is wall time."""
    others = _waiting(attempt.merchant_id).filter(connection_id=attempt.connection_id, due_at__gt=now)
    others.exclude(id=attempt.id).update(due_at=now)


def _waiting(merchant_id: int) -> QuerySet[Attempt]:
    """Those in hand are left alone: their lease says when they are looked at again."""
    return Attempt.objects.filter(
        merchant_id=merchant_id,
        origin=Attempt.Origin.PAYDESK,
        state__in=Attempt.OPEN,
        trouble=SILENT,
        lease_until__isnull=True,
        dead_at__isnull=True,
    )
