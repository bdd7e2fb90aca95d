"""See how the first payment of the new agreement goes: the charge run asks for it, as for every other."""

from __future__ import annotations

from datetime import timedelta

from paydesk.billing.arrangements.moving.agreement import first_payment, has_open_attempt, hold_agreement
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.arrangements.moving.steps.turn import Held, advance, is_too_late, look_again, turn
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.kit.faults import fault
from paydesk.work.queues import Later

State = Payment.State
_WAITS = (State.SCHEDULED, State.DUE)
_A_MINUTE = timedelta(minutes=1)


def follow_first_payment(held: Held) -> None:
    """End the old one once it is paid; let the old one go on once it surely is not. Raises Later."""
    later = turn(held, lambda: _follow(held))
    if later is not None:
        raise later


def _follow(held: Held) -> Later | None:
    """Give why it has to wait. While it is in doubt whether money moved, the old one stays held."""
    payment = first_payment(held.target)
    if payment.state == State.PAID:
        Subscription.objects.filter(merchant_id=held.merchant.id, id=held.target.id).update(moving_since=None)
        advance(held, Move.State.ENDING, why="", paid_at=payment.paid_at)
        fault("M07")
        return None
    if payment.state == State.PROCESSING or has_open_attempt(held.target):
        return look_again(held, "the first payment is on its way", after=_A_MINUTE)
    if payment.state not in _WAITS:
        advance(held, Move.State.RELEASING, why=Move.Why.DECLINED)
        fault("M11")
        return None
    if _waits_in_vain(held):
        hold_agreement(merchant=held.merchant, agreement=held.target)
        advance(held, Move.State.RELEASING, why=Move.Why.NO_ANSWER)
        return None
    return look_again(held, "the first payment has not been asked for")


def _waits_in_vain(held: Held) -> bool:
    """While the old one could go on, it is not kept waiting for a company that does not answer."""
    if not is_too_late(held):
        return False
    source = Subscription.objects.get(merchant_id=held.merchant.id, id=held.move.source_id)
    return source.state not in ENDED
