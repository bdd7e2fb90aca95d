"""The worker's heart: it beats, and after a restore it holds all charging before anything is claimed."""

from __future__ import annotations

from datetime import datetime

from paydesk.billing.holds.notice import beat_or_hold
from paydesk.billing.payments.models import Attempt
from paydesk.merchants.find import all_merchant_ids
from paydesk.sync.compare.begin import begin_comparisons


def beat(now: datetime) -> str:
    """Give the reason when charging waits since now because a restore was noticed. `now` is wall time."""
    why = beat_or_hold(has_charged=_has_charged, now=now)
    if why:
        # A kill before this is made up for by the timetable.
        begin_comparisons(now)
    return why


def _has_charged() -> bool:
    """Say whether any merchant ever asked for money here."""
    return any(
        Attempt.objects.filter(merchant_id=merchant_id, origin=Attempt.Origin.PAYDESK).exists()
        for merchant_id in all_merchant_ids()
    )
