"""Work one comparison off: read what the company has, look up what is open, and end the hold if nothing is in doubt.

With a doubt the hold stays. Once people have closed the concerns about it, all is compared once more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.resolve import resolve_quietly
from paydesk.billing.holds.models import ChargeHold
from paydesk.billing.holds.release import release_reconciled
from paydesk.database.transactions import in_transaction
from paydesk.gateways.contract import GatewayBusy, GatewayRefused, GatewayUnreachable
from paydesk.gateways.pace import unhurried
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock
from paydesk.merchants.connect import connect
from paydesk.merchants.find import merchant_by_id
from paydesk.merchants.models import Connection
from paydesk.sync.compare.attempts import compare_attempts
from paydesk.sync.compare.begin import has_come_to_its_end_at, subject_of
from paydesk.sync.compare.customers import compare_customers
from paydesk.sync.compare.doubts import doubts_of, may_still_be_found, unclear_attempts
from paydesk.sync.compare.events import compare_events
from paydesk.sync.compare.hand import Hand
from paydesk.sync.compare.look import summary
from paydesk.sync.models import Comparison
from paydesk.work.claim import Claim
from paydesk.work.queues import Later

_TURN = timedelta(seconds=20)
_SILENT_FOR, _LOOK_AGAIN, _MISSING_FOR = timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=10)
_State = Comparison.State
#: What is done in each state, and what comes after it.
_STEPS: dict[str, tuple[Callable[[Hand], bool], str]] = {
    _State.CUSTOMERS: (compare_customers, _State.EVENTS),
    _State.EVENTS: (compare_events, _State.ATTEMPTS),
    _State.ATTEMPTS: (compare_attempts, _State.DOUBT),
}


def work_comparison(taken: Claim, now: datetime) -> None:
    """Go on with it for a while; raises Later until it has ended. `now` is wall time."""
    if taken.merchant_id is None:
        raise AssertionError("a comparison belongs to a merchant")
    row = Comparison.objects.select_related("hold", "connection").get(
        merchant_id=taken.merchant_id, id=taken.row_id
    )
    if row.ended_at is not None:
        return
    if row.hold.released_at is not None:
        in_transaction(lambda: _drop(row, now))
        return
    if row.connection.removed_at is not None:
        in_transaction(lambda: _wait_until_opened(row, taken, now))
        return
    with unhurried():
        _work(row, taken, now)


def _work(row: Comparison, taken: Claim, now: datetime) -> None:
    """A company that is silent, or refuses our key today, is asked again, however long: charging waits meanwhile."""
    try:
        hand = _hand(row, taken, now)
        _wait_for_the_lists(hand, now)
        if row.state == _State.DOUBT:
            _look_again(hand, now)
        _compare(hand)
        _conclude(hand)
    except GatewayBusy as busy:
        raise Later(clock.wall_now() + busy.retry_after, str(busy)) from busy
    except GatewayUnreachable as silent:
        raise Later(clock.wall_now() + _SILENT_FOR, f"the company does not answer: {silent}") from silent
    except GatewayRefused as refused:
        raise Later(clock.wall_now() + _LOOK_AGAIN, f"the company refuses to answer: {refused}") from refused
    except GatewayMissing as missing:
        raise Later(clock.wall_now() + _MISSING_FOR, str(missing)) from missing


def _hand(row: Comparison, taken: Claim, now: datetime) -> Hand:
    merchant = merchant_by_id(row.merchant_id)
    return Hand(
        merchant=merchant,
        connection=row.connection,
        hold=row.hold,
        gateway=connect(row.connection, merchant=merchant),
        claim=taken,
        until=now + _TURN,
    )


def _wait_for_the_lists(hand: Hand, now: datetime) -> None:
    """What a company lists late may have been charged just before the hold: nothing is believed to be missing earlier.

    What nobody has read yet cannot release anything, so nothing is read before.
    """
    complete_at = has_come_to_its_end_at(hand.hold) + hand.gateway.LISTING_LAG
    if now < complete_at and hand.gateway.LISTING_LAG:
        minutes = hand.gateway.LISTING_LAG // timedelta(minutes=1)
        raise Later(complete_at, f"{hand.gateway.TITLE} may list a charge {minutes} minutes late")
    hand.keep(begun_at=hand.row().begun_at or now)


def _compare(hand: Hand) -> None:
    """Take the steps that are left, each to its end."""
    while (state := hand.row().state) in _STEPS:
        step, following = _STEPS[state]
        if not step(hand):
            raise Later(clock.wall_now())
        hand.keep(state=following, cursor="")


def _look_again(hand: Hand, now: datetime) -> None:
    """Begin anew once nothing is left that a person has to look at; what was asked meanwhile is compared as well."""
    if doubts := doubts_of(hand, now=now):
        raise Later(now + _LOOK_AGAIN, f"{len(doubts)} concerns wait for a person")
    hand.keep(state=_State.CUSTOMERS, cursor="", charges_count=0, events_count=0, attempts_count=0)


def _conclude(hand: Hand) -> None:
    now = clock.wall_now()
    if any(may_still_be_found(attempt, now=now) for attempt in unclear_attempts(hand)):
        hand.keep(state=_State.ATTEMPTS, cursor="", attempts_count=0)
        raise Later(now + _LOOK_AGAIN, "the company may still find what it was asked for")
    if doubts := doubts_of(hand, now=now):
        raise Later(now + _LOOK_AGAIN, f"{len(doubts)} concerns wait for a person")
    in_transaction(lambda: _release(hand, now))


def _release(hand: Hand, now: datetime) -> None:
    """The hold, its comparison and the concern about it end together."""
    is_released = release_reconciled(merchant_id=hand.merchant.id, hold_id=hand.hold.id, now=now)
    hand.keep(state=_State.RELEASED if is_released else _State.DROPPED, ended_at=now)
    if is_released:
        _end_concern(hand.connection, f"{summary(hand.row())} Charging goes on.", now)


def _drop(row: Comparison, now: datetime) -> None:
    """A person has released the hold, or a later restore has another: nothing waits here."""
    Comparison.objects.filter(merchant_id=row.merchant_id, id=row.id).update(
        state=_State.DROPPED, ended_at=now
    )
    if not _is_held_by_a_later_one(row):
        _end_concern(row.connection, f"Charging goes on: {row.hold.released_by}.", now)


def _wait_until_opened(row: Comparison, taken: Claim, now: datetime) -> None:
    """Nobody can be asked there: the hold stays, and once the connection is opened again all of it is compared anew."""
    Comparison.objects.filter(merchant_id=row.merchant_id, id=row.id, fence=taken.fence).delete()
    _end_concern(row.connection, "The connection was closed. It is compared once it is opened again.", now)


def _is_held_by_a_later_one(row: Comparison) -> bool:
    return ChargeHold.objects.filter(
        merchant_id=row.merchant_id,
        connection_id=row.connection_id,
        kind=ChargeHold.Kind.RESTORE,
        released_at__isnull=True,
    ).exists()


def _end_concern(connection: Connection, note: str, now: datetime) -> None:
    resolve_quietly(
        merchant_id=connection.merchant_id,
        kind=Concern.Kind.RESTORED,
        subject=subject_of(connection),
        note=note,
        now=now,
    )
