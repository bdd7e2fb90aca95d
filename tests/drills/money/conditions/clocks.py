"""Clocks that jump, days that are odd, and clocks that are apart."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from tests.drills.money.conditions.condition import Act, Made
from tests.drills.money.flows.flow import Flow, Stage
from tests.drills.money.lane import PEACE, Arms, Lane

ZONE_CHANGES = (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 0, 30, tzinfo=UTC))
MONTH_ENDS = (datetime(2028, 2, 29, 10, tzinfo=UTC), datetime(2027, 1, 31, 10, tzinfo=UTC))


def at(moments: Sequence[datetime]) -> Act:
    """Let it be such a day, here and at the company."""

    def act(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> Made:
        ahead = chance.choice(moments) - datetime.now(UTC)
        lane.clock.set_ahead(ahead)
        stage.scene.account.advance(seconds=ahead.total_seconds())
        flow.prepare(stage)
        return Made(ended=[lane.run(partial(flow.act, stage))])

    return act


def forward(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> Made:
    """Put our clock forward after somebody died."""
    ended = [lane.run(partial(flow.act, stage), _somewhere(chance))]
    lane.clock.set_ahead(chance.choice([timedelta(hours=1), timedelta(days=1)]))
    return Made(ended=ended)


def back(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> Made:
    """Put our clock back by an hour after somebody died."""
    lane.clock.set_ahead(timedelta(hours=1))
    ended = [lane.run(partial(flow.act, stage), _somewhere(chance))]
    lane.clock.set_ahead(timedelta(0))
    return Made(ended=ended)


def apart(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> Made:
    """Let ours be ten minutes ahead of the database's, and of the company's."""
    lane.clock.set_ahead(timedelta(minutes=10))
    return Made(ended=[lane.run(partial(flow.act, stage), _somewhere(chance))])


def _somewhere(chance: random.Random) -> Arms:
    return chance.choice([PEACE, *(Arms(points=f"{name}:kill:1") for name in ("F04", "F07", "F13", "F17"))])
