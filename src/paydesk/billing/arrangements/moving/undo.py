"""Take a move back, as long as its first payment has not been asked for: the old one goes on as it did."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from paydesk.billing.arrangements.changes.change import agreement_of
from paydesk.billing.arrangements.moving.agreement import give_agreement_up
from paydesk.billing.arrangements.moving.begin import MoveRefused
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.arrangements.moving.rounds import is_tried_again
from paydesk.billing.arrangements.moving.tell import tell_of_move
from paydesk.billing.payments.locks import lock_agreements
from paydesk.database.transactions import in_transaction, locked
from paydesk.merchants.find import MerchantInSight

State = Move.State


def undo_move(
    *, merchant: MerchantInSight, customer_id: int, subscription_public_id: str, now: datetime
) -> Move | None:
    """Give the move as it is then; None when there is none. Raises MoveRefused, Subscription.DoesNotExist.

    Whose company is being asked to hold the old one is asked to let it go on again, which the worker does. `now` is
    wall time.
    """
    agreement = agreement_of(merchant=merchant, customer_id=customer_id, public_id=subscription_public_id)
    return in_transaction(lambda: _undo(merchant, agreement.id, now))


def drop_waiting_move(
    *, merchant: MerchantInSight, subscription_id: int, why: Move.Why, now: datetime
) -> None:
    """Let a move that waits for its time come to nothing, since the old one ends. `now` is wall time."""

    def step() -> None:
        move = _locked(merchant, subscription_id)
        if move is not None and move.state == State.WAITING:
            _settle(merchant, move, State.DROPPED, why, now)
            tell_of_move(move, "dropped", now=now)

    in_transaction(step)


def _undo(merchant: MerchantInSight, subscription_id: int, now: datetime) -> Move | None:
    move = _locked(merchant, subscription_id)
    if move is None:
        latest = (
            Move.objects.filter(merchant_id=merchant.id, source_id=subscription_id).order_by("-id").first()
        )
        return latest if latest is not None and latest.state == State.UNDONE else None
    if move.state == State.WAITING:
        _settle(merchant, move, State.UNDONE, Move.Why.TAKEN_BACK, now)
        tell_of_move(move, "undone", now=now)
    elif move.state == State.FENCING or is_tried_again(move):
        # Whoever is asking its company this moment finds that the row is another's. No further try follows.
        Move.objects.filter(merchant_id=merchant.id, id=move.id).update(
            state=State.RELEASING,
            why=Move.Why.TAKEN_BACK,
            due_at=now,
            lease_until=None,
            fence=F("fence") + 1,
        )
    elif move.state != State.RELEASING:
        raise MoveRefused(_("The first payment is being made right now. It cannot be taken back any more."))
    return Move.objects.get(merchant_id=merchant.id, id=move.id)


def _locked(merchant: MerchantInSight, subscription_id: int) -> Move | None:
    """Agreements are locked before the move, by whoever changes one."""
    mine = Move.objects.filter(merchant_id=merchant.id, source_id=subscription_id, state__in=Move.OPEN)
    found = mine.first()
    both = [found.source_id, found.target_id] if found is not None else [subscription_id]
    lock_agreements(merchant_id=merchant.id, ids=[one for one in both if one is not None])
    return locked(mine.select_related("target")).first()


def _settle(merchant: MerchantInSight, move: Move, state: str, why: str, now: datetime) -> None:
    if move.target is not None:
        give_agreement_up(merchant=merchant, agreement=move.target, now=now)
    Move.objects.filter(merchant_id=merchant.id, id=move.id).update(
        state=state, why=why, settled_at=now, due_at=None, lease_until=None, fence=F("fence") + 1
    )
