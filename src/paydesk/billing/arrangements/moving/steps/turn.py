"""Take a move from one state to the next: under the locks of both agreements, by whoever holds its row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.payments.locks import lock_agreements
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import in_transaction, let_go, locked
from paydesk.gateways.contract import Gateway, GatewayRefused, NotOffered
from paydesk.kit import clock, ids
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight
from paydesk.work.claim import Claim
from paydesk.work.queues import Later

Answer = TypeVar("Answer")
#: Longer than one step can wait for a company, which it asks twice and reads twice.
LEASE = timedelta(minutes=4)
SOON = timedelta(seconds=10)


class LostMove(Exception):
    """Another holds the row by now, or has moved it on: whatever comes of it, this one does nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A move in hand, with both agreements and their connections as they were read."""

    merchant: MerchantInSight
    move: Move
    taken: Claim

    @property
    def target(self) -> Subscription:
        """Give the new agreement."""
        if self.move.target is None:
            raise AssertionError("a move that is under way has the agreement to which it leads")
        return self.move.target


def hold(merchant: MerchantInSight, taken: Claim) -> Held:
    """Read the move that was claimed."""
    both = ("source__connection", "source__gateway_customer", "target__connection", "method")
    move = Move.objects.select_related(*both).get(merchant_id=merchant.id, id=taken.row_id)
    return Held(merchant=merchant, move=move, taken=taken)


def turn(held: Held, write: Callable[[], Answer]) -> Answer:
    """Write in one transaction, with both agreements and the move locked. Raises LostMove."""
    move = held.move

    def step() -> Answer:
        ids_of_both = [one for one in (move.source_id, move.target_id) if one is not None]
        lock_agreements(merchant_id=held.merchant.id, ids=ids_of_both)
        mine = Move.objects.filter(
            merchant_id=held.merchant.id, id=move.id, fence=held.taken.fence, state=move.state
        )
        if locked(mine).first() is None:
            raise LostMove(move.public_id)
        return write()

    return in_transaction(step)


def advance(held: Held, to: Move.State, **facts: object) -> None:
    """Give the row its next state; call inside `turn`. The lease begins anew, and so do the pauses."""
    Move.objects.filter(merchant_id=held.merchant.id, id=held.move.id).update(
        state=to, lease_until=clock.wall_now() + LEASE, tries_count=0, **facts
    )


def let_others_wait(held: Held, *, is_moving: bool) -> None:
    """Say on the old agreement that it is being moved, or no more; call inside `turn`."""
    Subscription.objects.filter(merchant_id=held.merchant.id, id=held.move.source_id).update(
        moving_since=clock.wall_now() if is_moving else None
    )


def is_too_late(held: Held) -> bool:
    """Say whether the old one has to be let go on by now."""
    return _has_come(held, held.move.gives_up_at)


def date_has_passed(held: Held) -> bool:
    """Say whether the old one would have been collected by now."""
    return _has_come(held, held.move.source_next_at)


def _has_come(held: Held, moment: datetime | None) -> bool:
    return moment is not None and moment <= held.merchant.business_now()


def look_again(held: Held, why: str, *, after: timedelta = SOON) -> Later:
    """Give what is raised to be called again."""
    return Later(clock.wall_now() + after, why)


#: Gets the reference at the company, and the key.
Verb = Callable[[Gateway, str, str], object]


def ask(held: Held, verb: Verb, *, operation: str) -> bool:
    """Ask the old one's company; gives whether it said yes. The same try asks with the same key (R3).

    Raises GatewayUnreachable, GatewayMissing.
    """
    source = held.move.source
    gateway = connect(source.connection, merchant=held.merchant)
    key = ids.idempotency_key(
        merchant=held.merchant.uuid,
        collectible=held.move.public_id,
        attempt_number=held.move.round,
        operation=operation,
    )
    let_go()
    try:
        verb(gateway, source.reference, str(key))
    except (GatewayRefused, NotOffered):
        return False
    return True
