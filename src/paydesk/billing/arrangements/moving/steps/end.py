"""End the old one, now that the first payment of the new one is made; its company is asked until it has."""

from __future__ import annotations

from datetime import datetime, timedelta

from paydesk.billing.arrangements.changes.ask_company import drop, open_wishes
from paydesk.billing.arrangements.doubts import doubt_agreement, end_doubt_about
from paydesk.billing.arrangements.moving.doubts import doubt_both_sides
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.arrangements.moving.old_one import read_old_one
from paydesk.billing.arrangements.moving.steps.turn import (
    Held,
    advance,
    ask,
    is_for_a_person,
    let_others_wait,
    look_again,
    turn,
)
from paydesk.billing.arrangements.moving.tell import tell_of_move
from paydesk.billing.concerns.models import Concern
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.gateways.contract import Gateway, GatewayUnreachable
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock
from paydesk.kit.faults import fault

_AN_HOUR = timedelta(hours=1)


def end_old_one(held: Held) -> None:
    """Settle the move when the company says that the old one has ended. Raises Later, GatewayUnreachable."""
    try:
        _end(held)
    except (GatewayUnreachable, GatewayMissing):
        if is_for_a_person(held):
            # It is held, and a person sees to it that it stays so.
            doubt_agreement(held.move.source, Concern.Kind.NOT_ENDED, now=clock.wall_now())
        raise


def _end(held: Held) -> None:
    standing, asked_at = read_old_one(merchant=held.merchant, source=held.move.source)
    if standing.agreement.state not in ENDED:
        fault("M08")
        said_yes = ask(held, _cancel_now, operation="move:cancel")
        fault("M09")
        if not said_yes:
            doubt_agreement(held.move.source, Concern.Kind.NOT_ENDED, now=clock.wall_now())
            raise look_again(held, "its company does not end it", after=_AN_HOUR)
        standing, asked_at = read_old_one(merchant=held.merchant, source=held.move.source)
        if standing.agreement.state not in ENDED:
            raise look_again(held, "its company has not ended it yet")
    turn(held, lambda: _settle(held, asked_at))


def _cancel_now(gateway: Gateway, reference: str, key: str) -> object:
    return gateway.cancel_now(subscription_reference=reference, key=key)


def _settle(held: Held, asked_at: datetime) -> None:
    now = clock.wall_now()
    let_others_wait(held, is_moving=False)
    # What was set for the old one, the end of a pause perhaps, is over with it.
    drop(open_wishes(held.merchant.id, held.move.source_id))
    advance(held, Move.State.DONE, ended_at=asked_at, settled_at=now)
    doubt_both_sides(held.move, now=now)
    end_doubt_about(held.move.source, Concern.Kind.NOT_ENDED, now=now)
    tell_of_move(held.move, "stands" if held.move.why else "done", now=now)
    fault("M10")
