"""Hold the old one at its company, so that it collects nothing while the first payment of the new one is asked for."""

from __future__ import annotations

from datetime import datetime, timedelta

from paydesk.billing.arrangements.moving.agreement import begin_agreement
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.arrangements.moving.old_one import Standing, is_fenced, read_old_one, standing_of
from paydesk.billing.arrangements.moving.steps.turn import (
    Held,
    Verb,
    advance,
    ask,
    is_too_late,
    look_again,
    may_still_be_held,
    turn,
)
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.kit import clock
from paydesk.kit.faults import fault

Fence = Move.Fence
Why = Move.Why
#: A date for its end that lies further on says that a period was collected in between.
_SAME_DATE = timedelta(hours=1)

_VERBS: dict[str, Verb] = {
    Fence.SCHEDULE_CANCEL: lambda gateway, reference, key: gateway.schedule_cancel(
        subscription_reference=reference, key=key
    ),
    Fence.PAUSE: lambda gateway, reference, key: gateway.pause(
        subscription_reference=reference, until=None, key=key
    ),
}


def hold_old_one(held: Held) -> None:
    """Ask for the first payment once the company says that it collects nothing; else let the old one go on.

    Raises Later, GatewayUnreachable, GatewayMissing.
    """
    move = held.move
    if is_too_late(held):
        turn(held, lambda: _give_back(held, Why.NOT_FENCED, hold_asked_at=move.hold_asked_at))
        return
    standing, asked_at = read_old_one(merchant=held.merchant, source=move.source)
    if not is_fenced(standing.agreement, move.fence_kind):
        if may_still_be_held(held, asked_at):
            # Nor is it asked again meanwhile: what is found to be held then was asked for once.
            raise look_again(held, "its company has not answered")
        fault("M03")
        said_yes = move.fence_kind in _VERBS and ask(
            held,
            _VERBS[move.fence_kind],
            operation=f"move:{move.fence_kind}",
            hold_asked_at=clock.wall_now(),
        )
        fault("M04")
        if not said_yes:
            turn(held, lambda: _give_back(held, Why.NOT_FENCED))
            return
        standing, asked_at = read_old_one(merchant=held.merchant, source=move.source)
        if not is_fenced(standing.agreement, move.fence_kind):
            raise look_again(held, "its company has not held it yet")
    turn(held, lambda: _charge_or_give_back(held, asked_at))
    fault("M06")


def _charge_or_give_back(held: Held, asked_at: datetime) -> None:
    """It is held: what was asked for has been done."""
    standing = standing_of(merchant=held.merchant, source_id=held.move.source_id)
    if is_too_late(held):
        _give_back(held, Why.NOT_FENCED)
    elif standing.agreement.state in ENDED:
        _give_back(held, Why.ENDED)
    elif has_collected(held.move, standing):
        _give_back(held, Why.COLLECTED)
    else:
        begin_agreement(
            merchant=held.merchant,
            agreement=held.target,
            customer_id=held.move.customer_id,
            now=clock.wall_now(),
        )
        advance(held, Move.State.CHARGING, fenced_at=asked_at, hold_asked_at=None)
        fault("M05")


def has_collected(move: Move, standing: Standing) -> bool:
    """Say whether something was paid at the old company since the new one was reckoned from it."""
    ends_at = standing.agreement.cancels_at
    is_further_on = (
        move.fence_kind == Fence.SCHEDULE_CANCEL
        and ends_at is not None
        and move.source_next_at is not None
        and ends_at > move.source_next_at + _SAME_DATE
    )
    return (
        is_further_on
        or standing.paid_count != move.source_paid
        or standing.owed_minor != move.owed_minor
        or sorted(debt.public_id for debt in standing.debts) != sorted(move.bills)
    )


def _give_back(held: Held, why: Move.Why, *, hold_asked_at: datetime | None = None) -> None:
    advance(held, Move.State.RELEASING, why=why, hold_asked_at=hold_asked_at)
    fault("M11")
