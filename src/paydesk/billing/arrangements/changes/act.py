"""Do what was set for an agreement when its time has come, once: let it go on, or end it; or ask its company again."""

from __future__ import annotations

from datetime import datetime, timedelta

from paydesk.billing.arrangements.changes.ask_company import work_company_action
from paydesk.billing.arrangements.changes.cancel_agreement import canceled
from paydesk.billing.arrangements.changes.resume_agreement import going_on
from paydesk.billing.arrangements.changes.write_course import write_course
from paydesk.billing.arrangements.coming.course import Course
from paydesk.billing.arrangements.coming.read_course import read_course
from paydesk.billing.arrangements.ending.held_end import act_as_held
from paydesk.billing.arrangements.models import AskedBy, ScheduledAction
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.database.transactions import in_transaction, locked
from paydesk.events.models import Event
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.work.claim import Claim
from paydesk.work.queues import Later

_BEING_MOVED = timedelta(minutes=10)


def work_action(taken: Claim, now: datetime) -> None:
    """Work one off, unless it was dropped meanwhile. Raises Later. `now` is wall time."""
    if taken.merchant_id is None:
        raise AssertionError("an action belongs to a merchant")
    action = ScheduledAction.objects.select_related("subscription").get(
        merchant_id=taken.merchant_id, id=taken.row_id
    )
    if action.state != ScheduledAction.State.OPEN:
        return
    merchant = merchant_by_id(taken.merchant_id)
    if in_transaction(lambda: _is_being_moved(merchant, action.subscription_id)):
        raise Later(now + _BEING_MOVED, "it is being moved to another way of paying")
    if action.acts_at is None:
        work_company_action(taken, action, now)
        return
    if action.subscription.collected_by != Subscription.CollectedBy.PAYDESK:
        act_as_held(merchant, taken, action, now)
        return
    in_transaction(lambda: _act(merchant, taken, action.subscription_id, now))


def bring_forward_actions(event: Event, now: datetime) -> None:
    """React to clock.moved: what is set for a time that has come is due now. Doing it twice changes nothing."""
    merchant = merchant_by_id(event.merchant_id)
    ScheduledAction.objects.filter(
        merchant_id=merchant.id, due_at__gt=now, acts_at__lte=merchant.business_now()
    ).update(due_at=now)


def _is_being_moved(merchant: MerchantInSight, subscription_id: int) -> bool:
    """Whoever begins to move it holds the same lock, and lets it wait while one of these is being worked off."""
    mine = Subscription.objects.filter(merchant_id=merchant.id, id=subscription_id)
    return locked(mine).get().moving_since is not None


def _act(merchant: MerchantInSight, taken: Claim, subscription_id: int, now: datetime) -> None:
    """The agreement is locked first: whoever drops the action holds the same lock."""
    read = read_course(
        merchant_id=merchant.id, subscription_id=subscription_id, zone=merchant.time_zone, is_locked=True
    )
    mine = ScheduledAction.objects.filter(
        merchant_id=merchant.id, id=taken.row_id, fence=taken.fence, state=ScheduledAction.State.OPEN
    )
    action = locked(mine.select_related("note")).first()
    if action is None or action.acts_at is None:
        return
    due_at = merchant.wall_time(action.acts_at)
    if due_at > now:
        raise Later(due_at, "its time has not come")
    mine.update(state=ScheduledAction.State.DONE)
    if read.course.state in ENDED:
        # Paid off while it paused, perhaps: there is nothing left that could go on or end.
        return
    after, what = _after(read.course, action.kind)
    write_course(
        merchant=merchant,
        read=read,
        after=after,
        what=what,
        asked_by=AskedBy(action.asked_by),
        now=now,
        note=action.note,
        is_as_set=True,
    )


def _after(course: Course, kind: str) -> tuple[Course, str]:
    if kind == ScheduledAction.Kind.RESUME:
        return going_on(course), "resumed"
    return canceled(course), "canceled"
