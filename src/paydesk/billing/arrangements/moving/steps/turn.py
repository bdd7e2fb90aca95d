"""Take a move from one state to the next: under the locks of both agreements, by whoever holds its row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import QuerySet

from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.arrangements.moving.old_one import company_of
from paydesk.billing.payments.locks import lock_agreements
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import in_transaction, in_turn, let_go, locked
from paydesk.gateways.contract import Gateway, GatewayRefused, NotOffered
from paydesk.kit import clock, ids
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from paydesk.work.claim import Claim
from paydesk.work.queues import Later

Answer = TypeVar("Answer")
#: Longer than one step can wait for a company, which it asks twice and reads twice.
LEASE = timedelta(minutes=4)
SOON = timedelta(seconds=10)
#: So long after it was asked, a company that has not answered may still do it.
STILL_UNDER_WAY = timedelta(minutes=2)


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


def turn(held: Held, write: Callable[[], Answer], *, with_accounts: bool = False) -> Answer:
    """Write in one transaction, with both agreements and the move locked. Raises LostMove.

    `with_accounts`: behind both connections, so that neither is closed meanwhile.
    """
    move = held.move

    def step() -> Answer:
        if with_accounts:
            list(locked(accounts_of(held).order_by("id")))
        ids_of_both = [one for one in (move.source_id, move.target_id) if one is not None]
        lock_agreements(merchant_id=held.merchant.id, ids=ids_of_both)
        if locked(_mine(held)).first() is None:
            raise LostMove(move.public_id)
        return write()

    return in_transaction(step)


def accounts_of(held: Held) -> QuerySet[Connection]:
    """Give the connections of both agreements as they are now."""
    both = [held.move.source.connection_id, held.target.connection_id]
    return Connection.objects.filter(merchant_id=held.merchant.id, id__in=both)


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


def is_for_a_person(held: Held) -> bool:
    """Say whether it is a person's matter by now that the old one's company does not answer."""
    return date_has_passed(held) or held.move.source.connection.removed_at is not None


def _has_come(held: Held, moment: datetime | None) -> bool:
    return moment is not None and moment <= held.merchant.business_now()


def may_still_be_held(held: Held, asked_at: datetime) -> bool:
    """Say whether "not held" is not to be believed: when it was read, an earlier ask could still be under way."""
    hold_asked_at = held.move.hold_asked_at
    return hold_asked_at is not None and asked_at < hold_asked_at + STILL_UNDER_WAY


def look_again(held: Held, why: str, *, after: timedelta = SOON) -> Later:
    """Give what is raised to be called again."""
    return Later(clock.wall_now() + after, why)


#: Gets the reference at the company, and the key.
Verb = Callable[[Gateway, str, str], object]


def ask(held: Held, verb: Verb, *, operation: str, hold_asked_at: datetime | None = None) -> bool:
    """Ask the old one's company; gives whether it said yes. The same try asks with the same key (R3).

    `hold_asked_at` is written first: now, where it is asked to hold it. Raises LostMove, before anything is asked,
    GatewayUnreachable, GatewayMissing.
    """
    source = held.move.source
    gateway = company_of(merchant=held.merchant, source=source)
    key = ids.idempotency_key(
        merchant=held.merchant.uuid,
        collectible=held.move.public_id,
        attempt_number=held.move.round,
        operation=operation,
    )
    _write_first(held, hold_asked_at)
    let_go()
    try:
        verb(gateway, source.reference, str(key))
    except (GatewayRefused, NotOffered):
        return False
    return True


def _write_first(held: Held, hold_asked_at: datetime | None) -> None:
    """Who was held up, and has lost the move to another or to the customer, does not ask any more."""
    held.move.hold_asked_at = hold_asked_at
    lease_until = clock.wall_now() + LEASE
    if not in_turn(lambda: _mine(held).update(hold_asked_at=hold_asked_at, lease_until=lease_until)):
        raise LostMove(held.move.public_id)


def _mine(held: Held) -> QuerySet[Move]:
    return Move.objects.filter(
        merchant_id=held.merchant.id, id=held.move.id, fence=held.taken.fence, state=held.move.state
    )
