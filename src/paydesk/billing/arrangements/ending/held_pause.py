"""Hold the day on which a pause ends for a company that keeps none: it is noted when the company has paused.

When the day comes the worker asks the company to go on, as for an end that is held here (`ending/held_end.py`). Until
then whoever lets it go on, or ends it, takes the place of the note.
"""

from __future__ import annotations

from datetime import datetime

from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.records import SubscriptionState
from paydesk.merchants.find import MerchantInSight


def hold_pause_end(*, merchant: MerchantInSight, pause: ScheduledAction, now: datetime) -> None:
    """Note it, unless the company keeps it. Call in the transaction that settles the pause; `now` is wall time."""
    mine = Subscription.objects.filter(merchant_id=merchant.id, id=pause.subscription_id)
    paused = mine.filter(state=SubscriptionState.PAUSED, resumes_at__isnull=True)
    if pause.until is None or not paused.update(held_resume_at=pause.until):
        return
    ScheduledAction.objects.create(
        merchant_id=merchant.id,
        subscription_id=pause.subscription_id,
        kind=ScheduledAction.Kind.RESUME,
        asked_by=pause.asked_by,
        created_at=now,
        acts_at=pause.until,
        due_at=merchant.wall_time(pause.until),
    )


def is_stale(agreement: Subscription, action: ScheduledAction) -> bool:
    """Say whether the pause that this was to end is over, and another one has begun at the company."""
    is_resume = action.kind == ScheduledAction.Kind.RESUME
    return is_resume and agreement.state == SubscriptionState.PAUSED and agreement.held_resume_at is None
