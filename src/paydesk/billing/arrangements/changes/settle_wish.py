"""Settle a wish put to a company: it is so, or it came to nothing and what was promised before it is held again."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from paydesk.billing.arrangements.changes.wishes import WHAT
from paydesk.billing.arrangements.doubts import doubt_agreement, end_doubt_about
from paydesk.billing.arrangements.ending.held_pause import hold_pause_end
from paydesk.billing.arrangements.ending.note import with_reason, withdraw_notes
from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.concerns.models import Concern
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.database.transactions import locked
from paydesk.events.record import record_event
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight
from paydesk.work.claim import Claim, finish

Kind = ScheduledAction.Kind
State = ScheduledAction.State
Refusal = ScheduledAction.Refusal
#: What takes the place of a date that is held, once it is so.
_ENDS_WHAT_IS_HELD = (Kind.PAUSE, Kind.RESUME, Kind.CANCEL, Kind.SCHEDULE_CANCEL)
#: What a person is told of that came to nothing while nobody was there.
_DOUBTS = {
    Kind.CANCEL: Concern.Kind.NOT_ENDED,
    Kind.SCHEDULE_CANCEL: Concern.Kind.NOT_ENDED,
    Kind.RESUME: Concern.Kind.NOT_RESUMED,
}


def settle_wish(
    merchant: MerchantInSight, taken: Claim, action: ScheduledAction, refusal: str, asked_at: datetime | None
) -> None:
    """Write what became of it, unless another holds it by now. Call in a transaction.

    `refusal`: empty when it is so. `asked_at`: when the company last said how it stands, in wall time; None: it is
    silent.
    """
    # Whoever opens or drops a wish holds this lock first.
    agreement = locked(_mine(merchant.id, action.subscription_id)).get()
    state = State.REFUSED if refusal else State.DONE
    if not finish(ScheduledAction, taken, state=state, refusal=refusal, confirmed_at=asked_at):
        return
    if action.acts_at is not None or (not refusal and action.kind in _ENDS_WHAT_IS_HELD):
        # The date that was held here is over: it is so, or a person has to see to it.
        hold_no_more(_mine(merchant.id, agreement.id))
    else:
        _hold_again(merchant, agreement)
    if agreement.state in ENDED:
        # Somebody ended it at its company: there is nothing to see to any more.
        end_doubt_about(agreement, Concern.Kind.NOT_RESUMED, now=clock.wall_now())
    elif is_doubtful(action, refusal) and action.kind in _DOUBTS:
        doubted = _mine(merchant.id, agreement.id).select_related("connection").get()
        doubt_agreement(doubted, _DOUBTS[Kind(action.kind)], now=clock.wall_now())
    if not refusal:
        _confirm(merchant, action, agreement)


def is_doubtful(action: ScheduledAction, refusal: str) -> bool:
    """Say whether a person has to look: on a day that was held, or after an hour, nobody is there to be told."""
    return refusal == Refusal.TOO_LATE or (bool(refusal) and action.acts_at is not None)


def hold_no_more(agreements: QuerySet[Subscription]) -> None:
    """Let no date be held of these that their company does not keep."""
    held = agreements.filter(Q(held_end_at__isnull=False) | Q(held_resume_at__isnull=False))
    held.update(held_end_at=None, held_resume_at=None)


def _hold_again(merchant: MerchantInSight, agreement: Subscription) -> None:
    """The action of a date that is held still was dropped for this wish, which changed nothing of it."""
    if agreement.state in ENDED or (agreement.held_end_at or agreement.held_resume_at) is None:
        return
    held = ScheduledAction.objects.filter(
        merchant_id=merchant.id,
        subscription_id=agreement.id,
        kind=Kind.CANCEL if agreement.held_end_at else Kind.RESUME,
        acts_at__isnull=False,
        state=State.DROPPED,
    )
    last = held.order_by("-id").first()
    if last is not None and last.acts_at is not None:
        held.filter(id=last.id).update(
            state=State.OPEN, due_at=merchant.wall_time(last.acts_at), lease_until=None
        )


def _confirm(merchant: MerchantInSight, action: ScheduledAction, agreement: Subscription) -> None:
    """It is so: tell of it, and see to what follows from it."""
    now = clock.wall_now()
    if action.kind == Kind.PAUSE:
        hold_pause_end(merchant=merchant, pause=action, now=now)
    if action.kind in (Kind.RESUME, Kind.CANCEL):
        end_doubt_about(agreement, Concern.Kind.NOT_RESUMED, now=now)
    if action.kind == Kind.UNDO_CANCEL:
        withdraw_notes(merchant_id=merchant.id, subscription_id=agreement.id, now=now)
    record_event(
        merchant_id=merchant.id,
        name="subscription.changed",
        subject=with_reason(
            {"subscription": agreement.public_id, "what": WHAT[action.kind], "by": action.asked_by}
            | ({"as_set": 1} if action.acts_at else {}),
            action.note,
        ),
        now=now,
    )


def _mine(merchant_id: int, subscription_id: int) -> QuerySet[Subscription]:
    return Subscription.objects.filter(merchant_id=merchant_id, id=subscription_id)
