"""Let the old one go on, since nothing was paid for the new one; what its company cannot undo, the new one takes over.

Once its date has passed, or it has ended by the date that was set for it, there is no way back: the period would be
lost. The new agreement goes on then, with its first payment open.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from paydesk.billing.arrangements.doubts import doubt_agreement, end_doubt_about
from paydesk.billing.arrangements.moving.agreement import (
    begin_agreement,
    give_agreement_up,
    hide_agreement,
    hold_agreement,
)
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.arrangements.moving.old_one import Standing, is_released, read_old_one
from paydesk.billing.arrangements.moving.rounds import is_tried_again
from paydesk.billing.arrangements.moving.steps.fence import has_collected
from paydesk.billing.arrangements.moving.steps.turn import (
    Held,
    Verb,
    advance,
    ask,
    date_has_passed,
    is_for_a_person,
    let_others_wait,
    look_again,
    may_still_be_held,
    turn,
)
from paydesk.billing.arrangements.moving.tell import tell_of_move
from paydesk.billing.concerns.models import Concern
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.gateways.contract import GatewayUnreachable
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock
from paydesk.kit.faults import fault

_DOUBT = Concern.Kind.NOT_RELEASED
Fence = Move.Fence
State = Move.State
Why = Move.Why
#: The customer still wants to be moved: the new one may take the place of an old one that is gone.
_STILL_WANTED = {Why.DECLINED, Why.NOT_FENCED, Why.NO_ANSWER}
_AN_HOUR, _TEN_MINUTES = timedelta(hours=1), timedelta(minutes=10)

_VERBS: dict[str, Verb] = {
    Fence.SCHEDULE_CANCEL: lambda gateway, reference, key: gateway.undo_cancel(
        subscription_reference=reference, key=key
    ),
    Fence.PAUSE: lambda gateway, reference, key: gateway.resume(subscription_reference=reference, key=key),
}


def release_old_one(held: Held) -> None:
    """Settle the move, or let it try again at the next payment. Raises Later, GatewayUnreachable, GatewayMissing."""
    try:
        _release(held)
    except (GatewayUnreachable, GatewayMissing):
        if is_for_a_person(held):
            doubt_agreement(held.move.source, _DOUBT, now=clock.wall_now())
        raise


def _release(held: Held) -> None:
    move = held.move
    standing, asked_at = read_old_one(merchant=held.merchant, source=move.source)
    if not _is_settled(held, standing, asked_at):
        fault("M12")
        said_yes = move.fence_kind in _VERBS and ask(
            held, _VERBS[move.fence_kind], operation=f"move:undo:{move.fence_kind}"
        )
        fault("M13")
        standing, asked_at = read_old_one(merchant=held.merchant, source=move.source)
        if not _is_settled(held, standing, asked_at):
            if said_yes:
                raise look_again(held, "its company has not let it go on yet")
            _stay_held(held)


def _is_settled(held: Held, standing: Standing, asked_at: datetime) -> bool:
    """Settle what the company's word decides; False while it still has to be asked."""
    old, why = standing.agreement, held.move.why
    if old.state in ENDED:
        by_its_date = held.move.fence_kind == Fence.SCHEDULE_CANCEL and date_has_passed(held)
        if by_its_date and why in _STILL_WANTED:
            turn(held, lambda: _stand(held))
        elif by_its_date:
            turn(held, lambda: _end_unwanted(held, asked_at))
        else:
            turn(held, lambda: _settle(held, Why.ENDED if why in _STILL_WANTED else why, asked_at))
        return True
    if is_released(old, held.move.fence_kind):
        if may_still_be_held(held, asked_at):
            raise look_again(held, "its company may be holding it only now")
        turn(held, lambda: _go_back(held, asked_at))
        return True
    is_past = date_has_passed(held) and held.move.fence_kind != Fence.NOTHING
    # What was held too late, after its company had collected, is paid: it is let go on.
    if is_past and why in _STILL_WANTED and not has_collected(held.move, standing):
        turn(held, lambda: _stand(held))
        return True
    return False


def _go_back(held: Held, asked_at: datetime) -> None:
    """The old one goes on; what may go well at its next payment is tried again then."""
    move = held.move
    if not is_tried_again(move):
        _settle(held, move.why, asked_at)
        return
    hold_agreement(merchant=held.merchant, agreement=held.target)
    hide_agreement(merchant_id=held.merchant.id, agreement=held.target)
    let_others_wait(held, is_moving=False)
    end_doubt_about(move.source, _DOUBT, now=clock.wall_now())
    acts_at = held.merchant.business_now()
    if move.why != Why.COLLECTED and move.source_next_at is not None:
        # Not once more before the same payment: that its company collects now.
        acts_at = max(acts_at, move.source_next_at + _TEN_MINUTES)
    advance(held, State.WAITING, acts_at=acts_at, round=move.round + 1, fence_kind="", released_at=asked_at)
    fault("M14")


def _settle(held: Held, why: str, asked_at: datetime, *, is_in_doubt: bool = False) -> None:
    now = clock.wall_now()
    give_agreement_up(merchant=held.merchant, agreement=held.target, now=now)
    let_others_wait(held, is_moving=False)
    if not is_in_doubt:
        end_doubt_about(held.move.source, _DOUBT, now=now)
    state = State.UNDONE if why == Why.TAKEN_BACK else State.DROPPED
    advance(held, state, why=why, released_at=asked_at, settled_at=now)
    tell_of_move(held.move, "undone" if state == State.UNDONE else "dropped", now=now)
    fault("M14")


def _end_unwanted(held: Held, asked_at: datetime) -> None:
    """It was to go on, and has ended by the date that was set to hold it: a person looks."""
    _settle(held, Why.ENDED, asked_at, is_in_doubt=True)
    doubt_agreement(held.move.source, _DOUBT, now=clock.wall_now())


def _stand(held: Held) -> None:
    """The new one takes over: what the bank declined stays open, what nobody was asked for is asked for again."""
    merchant, move = held.merchant, held.move
    if move.why == Why.DECLINED:
        Subscription.objects.filter(merchant_id=merchant.id, id=held.target.id).update(moving_since=None)
        advance(held, State.ENDING)
        return
    begin_agreement(
        merchant=merchant, agreement=held.target, customer_id=move.customer_id, now=clock.wall_now()
    )
    # There is nothing to go back to any more.
    advance(held, State.CHARGING, gives_up_at=None)


def _stay_held(held: Held) -> None:
    """Its company does not let it go on: what was declined is then owed for the new one, else a person looks."""
    if held.move.why == Why.DECLINED:
        turn(held, lambda: _stand(held))
        return
    doubt_agreement(held.move.source, _DOUBT, now=clock.wall_now())
    raise look_again(held, "its company does not let it go on", after=_AN_HOUR)
