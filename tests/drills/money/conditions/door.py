"""Webhooks at the door: forged, too old, out of order, several times at once, too early, ten thousand in one burst."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import uuid4

from paydesk.config.schedule import QUEUES
from paydesk.kit import clock
from paydesk.sync.inbox import store_webhook
from paydesk.sync.models import InboxEvent
from paydesk.work.worker import Worker
from tests.drills.money.conditions.condition import Act, Made
from tests.drills.money.flows.flow import Flow, Stage
from tests.drills.money.flows.webhooks import deliver, post, webhook_path
from tests.drills.money.lane import Lane
from tests.drills.money.runs import wrong_endings
from tests.drills.money.work import work_until_idle

#: How many webhooks are a burst (W14), how many different events are in it, and how many processes take it in.
BURST, EVENTS, DOORS = 10_000, 300, 3
_AT_ONCE = 3
_NOT_TAKEN = 400


def out_of_order(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> Made:
    """Let them come in another order than things happened, and some of them twice."""
    order = chance.random()

    def act() -> None:
        deliver(stage, shuffle=order)
        work_until_idle()

    return Made(ended=[lane.run(act)])


def not_taken(secret: str = "", age: float = 0, ahead: timedelta = timedelta(0)) -> Act:
    """Let webhooks come that the door has to turn away, and that leave nothing behind. `ahead`: our own clock."""

    def act(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> Made:
        scene = stage.scene
        lane.clock.set_ahead(ahead)
        other = lane.simulator.account("vault").webhook_secret if secret == "another" else secret
        before = _stored(stage)
        said = [
            post(webhook_path(stage), body, scene.account.signed(body, secret=other, age=age))
            for body, _ in scene.webhooks()
        ]
        wrong = [] if set(said) == {_NOT_TAKEN} and before == _stored(stage) else [f"the door said {said}"]
        return Made(ended=[lane.run(work_until_idle)], wrong=wrong)

    return act


def several_at_once(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> Made:
    """Let each webhook come by several doors at once, while two workers work off what is there."""
    acts = [partial(deliver, stage)] * _AT_ONCE + [work_until_idle] * 2
    ended = lane.wait_for_all([lane.start(act) for act in acts])
    ended.append(lane.run(work_until_idle))
    return Made(ended=ended, wrong=[*wrong_endings(ended), *_each_once(stage, len(stage.scene.webhooks()))])


def burst(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> Made:
    """Let ten thousand come at once, of a few hundred events, while a worker works them off."""
    bodies = _many([body for body, _ in stage.scene.webhooks()])
    coming = [*bodies, *chance.choices(bodies, k=lane.burst - len(bodies))]
    chance.shuffle(coming)
    parts = [coming[door::DOORS] for door in range(DOORS)]
    started = [lane.start(partial(_take_in, stage, part)) for part in parts]
    ended = lane.wait_for_all([*started, lane.start(_work_in_threads)])
    ended.append(lane.run(_work_in_threads))
    wrong = [*wrong_endings(ended), *_each_once(stage, len(bodies))]
    return Made(ended=ended, wrong=wrong, is_so=lane.burst >= BURST)


def _many(bodies: Sequence[bytes]) -> list[bytes]:
    """Repeat real events under further ids, as a company does that tells of each change of one charge."""
    known = [json.loads(body) for body in bodies]
    more = [
        known[number % len(known)] | {"id": f"evt_{uuid4().hex}"} for number in range(EVENTS - len(known))
    ]
    return [*bodies, *(json.dumps(event).encode() for event in more)]


def _take_in(stage: Stage, bodies: Sequence[bytes]) -> None:
    """Store them by the verb of the door; what a request costs beside it is not what a burst is about."""
    scene = stage.scene
    signed = {body: scene.account.signed(body) for body in set(bodies)}
    for body in bodies:
        store_webhook(
            merchant=scene.merchant,
            connection_uuid=scene.connection.uuid,
            body=body,
            headers=signed[body],
            now=clock.wall_now(),
        )


def _work_in_threads() -> None:
    Worker([queue for queue in QUEUES if queue.name != "timetable"], clock=clock.wall_now).run_until_idle()


def _stored(stage: Stage) -> int:
    return InboxEvent.objects.filter(merchant_id=stage.scene.merchant.id).count()


def _each_once(stage: Stage, count: int) -> list[str]:
    """Say whether each event is there once and was worked off."""
    rows = InboxEvent.objects.filter(merchant_id=stage.scene.merchant.id)
    done = rows.filter(worked_at__isnull=False).count()
    found = (rows.count(), done)
    return [] if found == (count, count) else [f"of {count} events {found[0]} are stored, {done} worked off"]
