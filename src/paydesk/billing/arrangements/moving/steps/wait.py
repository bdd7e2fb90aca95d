"""Wait for the time of a move, then look how the old one stands: what is otherwise by now is reckoned anew."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from paydesk.billing.arrangements.changes.ask_company import open_wishes
from paydesk.billing.arrangements.moving.agreement import (
    begin_agreement,
    first_payment,
    give_agreement_up,
    reckon_agreement,
)
from paydesk.billing.arrangements.moving.begin import reckoned_from
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.arrangements.moving.old_one import (
    Standing,
    choose_fence,
    has_needed,
    read_old_one,
    standing_of,
)
from paydesk.billing.arrangements.moving.steps.turn import (
    Held,
    accounts_of,
    advance,
    let_others_wait,
    look_again,
    turn,
)
from paydesk.billing.arrangements.moving.tell import tell_of_move
from paydesk.billing.arrangements.moving.terms import Terms, terms_of
from paydesk.billing.holds.held import held_because
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.gateways.records import SubscriptionState
from paydesk.kit import clock
from paydesk.kit.faults import fault
from paydesk.work.queues import Later

#: Its first payment was asked for, though an older database does not know that this was begun.
_ASKED_FOR = (Payment.State.PAID, Payment.State.PROCESSING, Payment.State.FAILED)
_HELD = timedelta(minutes=1)
#: Nothing is to come for now, because it pauses perhaps: its company is looked at again.
_REST = timedelta(hours=6)
#: Too little is left to hold it before its company collects: that is waited for.
_TOO_CLOSE = timedelta(minutes=2)
_TEN_MINUTES = timedelta(minutes=10)
#: What has no date of its own is held, and asked for, for so long at most.
LONGEST = timedelta(hours=6)


def wait_for_its_time(held: Held) -> None:
    """Begin to hold the old one, or drop the move. Raises Later, GatewayUnreachable, GatewayMissing."""
    move, merchant = held.move, held.merchant
    if first_payment(held.target).state in _ASKED_FOR:
        turn(held, lambda: _go_on_with_charge(held))
        return
    if move.acts_at > merchant.business_now():
        raise Later(merchant.wall_time(move.acts_at), "its time has not come")
    for connection_id in (held.target.connection_id, move.source.connection_id):
        if why := held_because(merchant_id=merchant.id, connection_id=connection_id, now=clock.wall_now()):
            raise look_again(held, why, after=_HELD)
    if _is_closed(held):
        turn(held, lambda: _drop(held, Move.Why.CLOSED))
        return
    read_old_one(merchant=merchant, source=move.source)
    later = turn(held, lambda: _begin_or_reckon(held), with_accounts=True)
    if later is not None:
        raise later


def _begin_or_reckon(held: Held) -> Later | None:
    """Give why it has to wait; None when it goes on, or came to nothing."""
    merchant, move = held.merchant, held.move
    if first_payment(held.target).state in _ASKED_FOR:
        return look_again(held, "its first payment was asked for", after=timedelta())
    standing = standing_of(merchant=merchant, source_id=move.source_id)
    old = standing.agreement
    if old.state in ENDED or old.ends_at is not None:
        _drop(held, Move.Why.ENDED)
        return None
    if _is_closed(held):
        _drop(held, Move.Why.CLOSED)
        return None
    if move.method.removed_at is not None:
        _drop(held, Move.Why.METHOD_GONE)
        return None
    if _is_being_asked(held):
        return look_again(held, "its company is asked for something else", after=_HELD)
    if old.state == SubscriptionState.PAUSED and not move.begins_again and not standing.owed_minor:
        return look_again(held, "it pauses", after=_REST)
    now = merchant.business_now()
    terms = terms_of(
        standing.old(),
        begins_again=move.begins_again and old.state == SubscriptionState.PAUSED,
        # The time that was set for this very payment has come; what was overdue had none.
        is_time=old.next_payment_at == move.source_next_at and not move.owed_minor,
        now=now,
        zone=merchant.time_zone,
    )
    kind = choose_fence(old, owes=standing.owed_minor > 0)
    if terms is None or kind is None or not has_needed(old):
        return look_again(held, "it cannot be moved as it stands", after=_REST)
    reckon_agreement(merchant=merchant, agreement=held.target, terms=terms, now=clock.wall_now())
    return _begin_or_wait(held, standing, terms, kind, now)


def _is_closed(held: Held) -> bool:
    """Say whether one of the two connections was closed; what waits for its time keeps none open."""
    return accounts_of(held).filter(removed_at__isnull=False).exists()


def _is_being_asked(held: Held) -> bool:
    """What was wanted before comes first, until it is done or given up; what is set for later asks for nothing yet."""
    wishes = open_wishes(held.merchant.id, held.move.source_id)
    return wishes.filter(Q(acts_at__isnull=True) | Q(acts_at__lte=held.merchant.business_now())).exists()


def _begin_or_wait(
    held: Held, standing: Standing, terms: Terms, kind: Move.Fence, now: datetime
) -> Later | None:
    merchant, next_at = held.merchant, standing.agreement.next_payment_at
    reckoned = reckoned_from(standing, terms)
    is_too_close = next_at is not None and next_at - now < _TOO_CLOSE and not terms.owed_minor
    acts_at = now + _TEN_MINUTES if is_too_close and not held.move.begins_again else terms.acts_at
    if acts_at > now:
        Move.objects.filter(merchant_id=merchant.id, id=held.move.id).update(acts_at=acts_at, **reckoned)
        return Later(merchant.wall_time(acts_at), "its time has not come")
    let_others_wait(held, is_moving=True)
    advance(
        held,
        Move.State.FENCING,
        why="",
        fence_kind=kind,
        acts_at=now,
        gives_up_at=_gives_up_at(next_at, now),
        **reckoned,
    )
    fault("M02")
    return None


def _gives_up_at(next_at: datetime | None, now: datetime) -> datetime:
    """A sixth of the time that is left is kept to let the old one go on before its company would collect."""
    if next_at is None or next_at <= now:
        return now + LONGEST
    return min(now + LONGEST, next_at - (next_at - now) / 6)


def _go_on_with_charge(held: Held) -> None:
    """What was asked for is found again after a restore: it had begun, and goes on from there."""
    merchant, move = held.merchant, held.move
    begin_agreement(
        merchant=merchant, agreement=held.target, customer_id=move.customer_id, now=clock.wall_now()
    )
    let_others_wait(held, is_moving=True)
    tried = Attempt.objects.filter(merchant_id=merchant.id, payment_id=first_payment(held.target).id)
    kind = choose_fence(move.source, owes=move.owed_minor > 0) or Move.Fence.NOTHING
    # Nothing is asked for before the company has said that the old one is held.
    held_at = tried.order_by("number").values_list("created_at", flat=True).first()
    advance(held, Move.State.CHARGING, fence_kind=move.fence_kind or kind, fenced_at=held_at)


def _drop(held: Held, why: Move.Why) -> None:
    now = clock.wall_now()
    give_agreement_up(merchant=held.merchant, agreement=held.target, now=now)
    advance(held, Move.State.DROPPED, why=why, settled_at=now)
    tell_of_move(held.move, "dropped", now=now)
