"""Work a move off, step after step, as far as it goes now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.arrangements.moving.steps.charge import follow_first_payment
from paydesk.billing.arrangements.moving.steps.end import end_old_one
from paydesk.billing.arrangements.moving.steps.fence import hold_old_one
from paydesk.billing.arrangements.moving.steps.release import release_old_one
from paydesk.billing.arrangements.moving.steps.turn import Held, LostMove, hold
from paydesk.billing.arrangements.moving.steps.wait import wait_for_its_time
from paydesk.gateways.contract import GatewayUnreachable
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock
from paydesk.merchants.find import merchant_by_id
from paydesk.work.claim import Claim
from paydesk.work.queues import Later, pause_after

_STEPS: dict[str, Callable[[Held], None]] = {
    Move.State.WAITING: wait_for_its_time,
    Move.State.FENCING: hold_old_one,
    Move.State.CHARGING: follow_first_payment,
    Move.State.ENDING: end_old_one,
    Move.State.RELEASING: release_old_one,
}
#: Both sides wait for a company that is held: it is asked again soon.
_LONGEST_PAUSE = timedelta(minutes=5)
#: More than any move takes in one go; whoever comes after goes on.
_STEPS_MAX = 12


def work_move(taken: Claim, now: datetime) -> None:
    """Take its steps until one has to wait. Raises Later. `now` is wall time."""
    if taken.merchant_id is None:
        raise AssertionError("a move belongs to a merchant")
    merchant = merchant_by_id(taken.merchant_id)
    for _ in range(_STEPS_MAX):
        held = hold(merchant, taken)
        if held.move.state not in Move.OPEN:
            return
        try:
            _STEPS[held.move.state](held)
        except LostMove:
            return
        except (GatewayUnreachable, GatewayMissing) as silent:
            pause = min(pause_after(held.move.tries_count or 1), _LONGEST_PAUSE)
            raise Later(clock.wall_now() + pause, str(silent)) from silent
    raise Later(now, "it goes on")
