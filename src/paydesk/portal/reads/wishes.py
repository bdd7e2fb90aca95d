"""Read what was wanted of the company that collects an agreement, where its answer is still to come or was no."""

from __future__ import annotations

from datetime import datetime, timedelta

from paydesk.billing.arrangements.models import ScheduledAction

#: How long a page tells of a wish that came to nothing after the customer had left.
_TOLD_FOR = timedelta(days=1)


def open_wish(*, merchant_id: int, subscription_id: int, now: datetime) -> ScheduledAction | None:
    """Give the latest wish that is not done; None when there is nothing to tell. `now` is wall time."""
    mine = ScheduledAction.objects.filter(merchant_id=merchant_id, subscription_id=subscription_id).exclude(
        acts_at__isnull=False, state=ScheduledAction.State.OPEN
    )
    latest = mine.order_by("-id").first()
    if latest is None or latest.state == ScheduledAction.State.OPEN:
        return latest
    is_told = latest.state == ScheduledAction.State.REFUSED and now - _since(latest) < _TOLD_FOR
    return latest if is_told else None


def _since(wish: ScheduledAction) -> datetime:
    """A date that was held for weeks was asked for when it came."""
    return wish.confirmed_at or wish.created_at
