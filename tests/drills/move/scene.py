"""One subscription on its way, in processes that are killed: what is done, what follows, and what has to be so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, takewhile
from typing import Any

from paydesk.billing.arrangements.ending.held_end import HEAD_START
from paydesk.billing.arrangements.moving.begin import MoveRefused
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.schedule import Rhythm
from paydesk.config.truths.check import check_truths
from paydesk.kit import clock
from paydesk.notices.models import Letter
from tests.billing.moving.removal import Removal, removal
from tests.drills.money.lane import Ended, Lane
from tests.drills.money.work import leave_alone, work_until_idle

#: When a worker comes back: at once, when leases have ended, at each look of the resolver.
_ROUNDS = [timedelta(minutes=minutes) for minutes in (0, 5, 10, 20, 60, 60, 60)]
_A_MONTH = timedelta(days=31)
_PAST_THE_DATE = HEAD_START + timedelta(hours=1)
_A_DAY = timedelta(days=1)
_TRIES = 3
#: Owed on the new side, or on its way through a slow bank.
_OPEN = [Payment.State.FAILED, Payment.State.PROCESSING]
_SLUGS = count(1)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """`terms` of the removal; `before` the killed act, when it is asked for; `act` what is killed.

    `ends`: the states in which it may end when nothing was in the way.
    """

    name: str
    terms: dict[str, Any] = field(default_factory=dict)
    before: Callable[[Scene], object]
    act: Callable[[Scene], object]
    ends: Sequence[str]


@dataclass(kw_only=True)
class Scene:
    """A removal in a lane, whose clock and companies go together."""

    lane: Lane
    ada: Removal

    def pass_time(self, period: timedelta) -> None:
        """Let it pass here and at both companies."""
        self.lane.clock.set_ahead(self.lane.clock.ahead() + period)
        self.ada.old.account.advance(seconds=period.total_seconds())
        self.ada.vault.advance(seconds=period.total_seconds())

    def until_it_acts(self) -> None:
        """Let it be time to hold the old one."""
        self.pass_time(timedelta(hours=self.ada.until_it_acts()))

    def finish(self) -> list[Ended]:
        """Let a worker come back until nothing is under way, and go on beyond a further payment."""
        ended = self._work(_ROUNDS)
        for _ in range(_TRIES):
            if self._waits():
                self.pass_time(timedelta(hours=max(0.0, self.ada.until_it_acts())))
                ended += self._work(_ROUNDS)
        ended += self._work([_PAST_THE_DATE, *_ROUNDS[:3], _A_MONTH, *_ROUNDS[:3]])
        if not _A_DAY < self._since_due() < _A_DAY * 27:
            # So near to a date it may have been paid on the one side, and not be due on the other.
            ended += self._work([_A_DAY * 2, *_ROUNDS[:3]])
        return ended

    def _work(self, periods: Sequence[timedelta]) -> list[Ended]:
        ended = []
        for period in periods:
            self.pass_time(period)
            ended.append(self.lane.run(work_until_idle))
        return ended

    def _waits(self) -> bool:
        move = Move.objects.filter(merchant_id=self.ada.shop.id).order_by("-id").first()
        return move is not None and move.state == Move.State.WAITING

    def _dates(self) -> list[datetime]:
        """List when the studio was to be paid until now, by its own rhythm."""
        began = self.ada.studio.started_at
        rhythm = Rhythm(unit="month", count=1, anchor=began.date())
        days = (datetime.combine(rhythm.day(index), began.timetz()) for index in count())
        return list(takewhile(lambda one: one <= clock.wall_now(), days))

    def _since_due(self) -> timedelta:
        return clock.wall_now() - self._dates()[-1]

    def wrong(self, ends: Sequence[str]) -> list[str]:
        """Say what must not be so."""
        ada, shop = self.ada, self.ada.shop
        found = [f"{one.truth.name}: {one.examples}" for one in check_truths(shop, now=clock.wall_now())]
        move = Move.objects.filter(merchant_id=shop.id).order_by("-id").first()
        if move is None:
            return [*found, "nobody asked for the move any more"]
        if move.state not in ends:
            found.append(f"the move is {move.state} ({move.why}), and should be one of {ends}")
        found += self._periods(move)
        if Subscription.objects.filter(merchant_id=shop.id, moving_since__isnull=False).exists():
            found.append("something is still held")
        if concerns := ada.concerns():
            found.append(f"a person has to look: {concerns}")
        letters = Letter.objects.filter(merchant_id=shop.id, kind="moved").count()
        if letters != (move.state in ("done", "dropped")):
            found.append(f"{letters} letters were written of a move that is {move.state}")
        return found

    def _periods(self, move: Move) -> list[str]:
        """Each period is paid once, or owed on the one side that goes on."""
        ada = self.ada
        owed = Payment.objects.filter(
            merchant_id=ada.shop.id, subscription_id=move.target_id or 0, state__in=_OPEN
        ).count()
        sides, wanted, found = (len(ada.collected()), len(ada.charged()), owed), len(self._dates()), []
        if sum(sides) != wanted:
            found = [f"{sides} periods were collected, charged and are open: {wanted} it should be"]
        old_goes_on = ada.at_company() != "canceled"
        new = move.target
        new_goes_on = new is not None and new.state in ("active", "past_due", "trialing")
        if old_goes_on == new_goes_on:
            found.append(f"the old one is {ada.at_company()}, the new one {new.state if new else 'none'}")
        return found

    def end(self) -> None:
        """Let nothing of it be met by the next."""
        leave_alone(self.ada.shop.id)


def scene_of(lane: Lane, flow: Flow) -> Scene:
    """Set it at today's time."""
    lane.clock.set_ahead(timedelta(0))
    slug = f"move-{lane.name}-{next(_SLUGS)}"
    return Scene(lane=lane, ada=removal(lane.simulator, slug=slug, **flow.terms))


def run_flow(
    lane: Lane,
    flow: Flow,
    *,
    trouble: Callable[[Scene], object] = lambda _: None,
) -> tuple[Ended, list[str]]:
    """Do it, disturbed as it is said, let others finish it, and give how it ended and what was wrong."""
    scene = scene_of(lane, flow)
    flow.before(scene)
    trouble(scene)
    acted = lane.run(lambda: flow.act(scene))
    return acted, judged(scene, flow.ends, [acted])


def judged(scene: Scene, ends: Sequence[str], acted: Sequence[Ended] = ()) -> list[str]:
    """Let others finish it, say what was wrong with it and with the processes that had acted, and end it."""
    wrong = [
        f"a process {one.how}: {one.said[-1500:]}"
        for one in [*acted, *scene.finish()]
        if one.how in ("failed", "hung")
    ]
    wrong += scene.wrong(ends)
    scene.end()
    return wrong


def _press(scene: Scene) -> None:
    scene.ada.begin()


def _asked_and_due(scene: Scene) -> None:
    scene.ada.begin()
    scene.until_it_acts()


def _work(_: Scene) -> None:
    work_until_idle()


def _being_held(scene: Scene) -> None:
    """The old company is asked to hold it, and its yes is lost."""
    _asked_and_due(scene)
    scene.ada.old.account.fault("lost_after", operation="subscription.schedule_cancel")
    scene.lane.run(work_until_idle)


def _take_back(scene: Scene) -> None:
    """Whose first payment is being made already is told so."""
    try:
        scene.ada.undo()
    except MoveRefused:
        return
    work_until_idle()


def _press_and_press_again(scene: Scene) -> None:
    """Where her company does not answer nothing is begun, and she is told so."""
    try:
        scene.ada.begin()
    except MoveRefused:
        scene.ada.begin()
    work_until_idle()


FLOWS = [
    Flow(name="press", before=lambda _: None, act=_press_and_press_again, ends=["done"]),
    Flow(name="dates", before=_asked_and_due, act=_work, ends=["done"]),
    Flow(name="pause", terms={"is_wallet": True}, before=_asked_and_due, act=_work, ends=["done"]),
    Flow(
        name="overdue",
        terms={"is_wallet": True, "card": "insufficient_funds"},
        before=_press,
        act=_work,
        ends=["done"],
    ),
    Flow(
        name="decline", terms={"new_card": "expired_card"}, before=_asked_and_due, act=_work, ends=["dropped"]
    ),
    Flow(
        name="pending",
        terms={"new_card": "pending_then_pays"},
        before=_asked_and_due,
        act=_work,
        ends=["done"],
    ),
    Flow(name="take-back", before=_being_held, act=_take_back, ends=["undone"]),
]
