"""Hold the date of an end for a company that ends things only at once, and ask it to when the time comes, once.

Until that time nobody is asked for anything, and the date can be taken back; from then on only the worker acts, and it
goes on asking until the company has ended it. It begins some hours early, since the company collects at the end itself.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from paydesk.billing.arrangements.changes.ask_company import (
    ask_company,
    carry_out_wish,
    drop,
    locked_with_account,
    open_wishes,
    read_first,
    wait_for_change,
)
from paydesk.billing.arrangements.changes.change import Changed, ChangeRefused, has_ended
from paydesk.billing.arrangements.doubts import doubt_agreement
from paydesk.billing.arrangements.ending.held_pause import is_stale
from paydesk.billing.arrangements.ending.note import with_reason, withdraw_notes
from paydesk.billing.arrangements.ending.ways import holds_date
from paydesk.billing.arrangements.models import AskedBy, CancelNote, ScheduledAction
from paydesk.billing.concerns.models import Concern
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.database.transactions import in_transaction
from paydesk.events.record import record_event
from paydesk.gateways.contract import GatewayUnreachable
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight
from paydesk.work.claim import Claim
from paydesk.work.queues import Later, pause_after

#: So long before the company would collect again it is asked to end: time for a company that does not answer.
HEAD_START = timedelta(hours=6)
#: Going on has no such start: a company may be silent for so long before a person is told.
_LATE = timedelta(hours=1)

Kind = ScheduledAction.Kind
State = ScheduledAction.State


def hold_end(
    *,
    merchant: MerchantInSight,
    agreement: Subscription,
    kind: ScheduledAction.Kind,
    asked_by: AskedBy,
    refused: type[ChangeRefused],
    note: Callable[[], CancelNote],
) -> Changed:
    """Let it end when what is paid ends: the company keeps the date if it can, else it is held here.

    Raises `refused`.
    """
    if not _is_for_us(agreement):
        return ask_company(
            merchant=merchant,
            agreement=agreement,
            kind=kind,
            asked_by=asked_by,
            refused=refused,
            note=note,
        )
    read_first(merchant, agreement, refused)
    return in_transaction(lambda: _hold(merchant, agreement.id, asked_by, refused, note))


def acts_at(ends_at: datetime, *, now: datetime) -> datetime:
    """Say when the company is asked: early, and never so early that half of what is left would be lost."""
    return ends_at - min(HEAD_START, max(timedelta(0), (ends_at - now) / 2))


def drop_held_end(
    *,
    merchant: MerchantInSight,
    agreement: Subscription,
    asked_by: AskedBy,
    refused: type[ChangeRefused],
) -> Changed:
    """Take the date back, as long as nobody has begun to act on it. Raises `refused`."""
    return in_transaction(lambda: _drop(merchant, agreement.id, asked_by, refused))


def act_as_held(merchant: MerchantInSight, taken: Claim, action: ScheduledAction, now: datetime) -> None:
    """Ask the company to end it, or to go on, now that the time has come. Raises Later. `now` is wall time."""
    if action.acts_at is None:
        raise AssertionError("a date that is held has a time to act")
    due_at = merchant.wall_time(action.acts_at)
    if due_at > now:
        raise Later(due_at, "its time has not come")
    agreement = _mine(merchant.id, action.subscription_id).select_related("connection").get()
    if is_stale(agreement, action):
        drop(open_wishes(merchant.id, agreement.id))
        return
    try:
        carry_out_wish(connect(agreement.connection, merchant=merchant), merchant, taken, is_read=False)
    except (GatewayUnreachable, GatewayMissing) as silent:
        if agreement.held_end_at is not None and agreement.held_end_at <= merchant.business_now():
            doubt_agreement(agreement, Concern.Kind.NOT_ENDED, now=now)
        if (
            agreement.held_resume_at is not None
            and agreement.held_resume_at <= merchant.business_now() - _LATE
        ):
            doubt_agreement(agreement, Concern.Kind.NOT_RESUMED, now=now)
        raise Later(now + pause_after(taken.tries_count), str(silent)) from silent


def _hold(
    merchant: MerchantInSight,
    subscription_id: int,
    asked_by: AskedBy,
    refused: type[ChangeRefused],
    note: Callable[[], CancelNote],
) -> Changed:
    now = clock.wall_now()
    agreement = locked_with_account(merchant, subscription_id, refused)
    if agreement.state in ENDED or agreement.ends_at is not None:
        return Changed(subscription=agreement, is_news=False)
    open_ones = open_wishes(merchant.id, agreement.id)
    if open_ones.filter(lease_until__gt=now).exists():
        raise refused(wait_for_change())
    ends_at = agreement.next_payment_at
    if ends_at is None or not _is_for_us(agreement):
        # Its company has said something else by now.
        raise refused(_("This cannot be changed right now. Please write to us."))
    drop(open_ones)
    kept, business_now = note(), merchant.business_now()
    begins_at = max(business_now, acts_at(ends_at, now=business_now))
    ScheduledAction.objects.create(
        merchant_id=merchant.id,
        subscription_id=agreement.id,
        kind=Kind.CANCEL,
        asked_by=asked_by,
        created_at=now,
        acts_at=begins_at,
        due_at=merchant.wall_time(begins_at),
        note=kept,
    )
    _mine(merchant.id, agreement.id).update(held_end_at=ends_at)
    _tell(merchant, agreement, "cancel_scheduled", asked_by, kept, now)
    return Changed(subscription=_mine(merchant.id, agreement.id).get(), is_news=True)


def _drop(
    merchant: MerchantInSight, subscription_id: int, asked_by: AskedBy, refused: type[ChangeRefused]
) -> Changed:
    now = clock.wall_now()
    agreement = locked_with_account(merchant, subscription_id, refused)
    if agreement.state in ENDED:
        raise refused(has_ended())
    held = open_wishes(merchant.id, agreement.id).first()
    if held is None:
        return Changed(subscription=agreement, is_news=False)
    is_asked = held.acts_at is None or held.acts_at <= merchant.business_now()
    if is_asked or (held.lease_until or now) > now:
        # The worker may be asking this moment: what the company does then is not ours to take back.
        raise refused(_("It is ending right now. Please write to us if it shall go on."))
    drop(open_wishes(merchant.id, agreement.id))
    _mine(merchant.id, agreement.id).update(held_end_at=None)
    withdraw_notes(merchant_id=merchant.id, subscription_id=agreement.id, now=now)
    _tell(merchant, agreement, "cancel_undone", asked_by, None, now)
    return Changed(subscription=_mine(merchant.id, agreement.id).get(), is_news=True)


def _is_for_us(agreement: Subscription) -> bool:
    """Where the company keeps dates it is asked to keep this one; what it cannot do at all, it refuses itself."""
    if agreement.held_end_at is not None:
        return True
    return holds_date(agreement)


def _tell(
    merchant: MerchantInSight,
    agreement: Subscription,
    what: str,
    asked_by: AskedBy,
    note: CancelNote | None,
    now: datetime,
) -> None:
    record_event(
        merchant_id=merchant.id,
        name="subscription.changed",
        subject=with_reason({"subscription": agreement.public_id, "what": what, "by": asked_by.value}, note),
        now=now,
    )


def _mine(merchant_id: int, subscription_id: int) -> QuerySet[Subscription]:
    return Subscription.objects.filter(merchant_id=merchant_id, id=subscription_id)
