"""Tier C: workers and customers at once, some killed, some stopped for longer than their lease and then going on.

A seed says who takes part, with which card, and who dies or stops where; who is faster is chance.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial

from paydesk.config.schedule import QUEUES
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.merchants.connect import seal
from paydesk.merchants.models import Connection
from paydesk.work.worker import Worker
from tests.billing.charging.scene import Collecting
from tests.drills.money.flows import desk
from tests.drills.money.flows.customers import press, switch
from tests.drills.money.flows.flow import Stage
from tests.drills.money.flows.quick_scene import quick_scene, save_card
from tests.drills.money.flows.webhooks import deliver
from tests.drills.money.lane import PEACE, Arms, Lane
from tests.drills.money.runs import Job, Run, Tier, wrong_endings
from tests.drills.money.work import work_for_days, work_until_idle

SEEDS = 2_500
#: Cards, the good one more often.
_CARDS = (
    "good",
    "good",
    "good",
    "insufficient_funds",
    "pays_once",
    "pending_then_pays",
    "secure_when_charged",
)
#: Where somebody may die or stop: each point that a charge, a webhook or a refund comes to.
_POINTS = [
    *(f"F{number:02}" for number in (1, 2, 3, 4, 5, 6, 7, 13, 14, 15, 16, 17)),
    "D02",
    "W03",
    "W04",
    "W06",
]
_WRONG_KEY = {"api_key": "sim_sk_replaced"}


def _work_in_threads(_: Stage) -> None:
    Worker([queue for queue in QUEUES if queue.name != "timetable"], clock=clock.wall_now).run_until_idle()


def _press_twice(stage: Stage) -> None:
    press(stage)
    press(stage)


def _hear(stage: Stage) -> None:
    deliver(stage)
    work_until_idle()


def _replace_keys(stage: Stage) -> None:
    """The merchant replaces its keys: for a moment the old ones are here and not valid there any more."""
    scene = stage.scene
    mine = Connection.objects.filter(merchant_id=scene.merchant.id)
    good = bytes(mine.get().credentials)
    try:
        mine.update(credentials=seal(scene.merchant.uuid, scene.account.credentials | _WRONG_KEY))
        press(stage)
    finally:
        mine.update(credentials=good)


PEOPLE: list[Callable[[Stage], None]] = [
    press,
    press,
    _press_twice,
    switch,
    desk.cancel,
    desk.refund,
    desk.pay_off,
    desk.pay_several,
    _hear,
    _hear,
    _replace_keys,
]


def run_race(lane: Lane, seed: int) -> Run:
    """Let them race, let a worker finish while the stopped ones sleep, wake them, finish again, and compare."""
    chance = random.Random(seed)  # noqa: S311  nothing secret: the same people each time
    stage = _stage(lane, chance, seed)
    good = Connection.objects.get(merchant_id=stage.scene.merchant.id).credentials
    workers_count = chance.randint(1, 3)
    taking_part = [_work_in_threads] * workers_count + chance.sample(PEOPLE, chance.randint(1, 3))
    lane.reached["P05"] += workers_count > 1
    started = [lane.start(partial(act, stage), _arms(chance)) for act in taking_part]
    ended = lane.wait_for_all(started)
    asleep = [one for one, end in zip(started, ended, strict=True) if end.how == "stopped"]
    lane.reached["P02"] += len(asleep)
    if asleep:
        lane.clock.set_ahead(lane.clock.ahead() + timedelta(minutes=3))
        ended += lane.wait_for_all([lane.start(work_until_idle)], asleep=asleep)
    ended += [lane.go_on(one) for one in chance.sample(asleep, len(asleep))]
    # Whoever was killed while the keys were wrong has not put the right ones back.
    Connection.objects.filter(merchant_id=stage.scene.merchant.id).update(credentials=good)
    ended += [lane.run(partial(_finish, stage)), lane.run(partial(_finish, stage))]
    wrong = [*stage.agrees(), *desk.after_the_end(stage), *wrong_endings(ended)]
    stage.end()
    return Run(words=f"C {seed}", ended=ended, wrong=wrong)


def _stage(lane: Lane, chance: random.Random, seed: int) -> Stage:
    """A plan of which two payments are due, or a subscription of which one is; and a second card that is good."""
    lane.clock.set_ahead(timedelta(0))
    lane.scenes += 1
    slug = f"race-{seed}-{lane.name}-{lane.scenes}"
    scene: Collecting = quick_scene(lane.simulator, card=chance.choice(_CARDS), slug=slug)
    stage = Stage(lane=lane, scene=scene, facts={"card": save_card(scene, "good")})
    if chance.random() < 0.5:
        day = scene.today() - timedelta(days=31)
        scene.start_plan(price=9000, count=4, fee=Money(400, "EUR"), first_day=day)
    else:
        scene.start()
    if chance.random() < 0.3:
        # One payment is made already, so that there is something to refund.
        lane.run(work_until_idle)
    return stage


def _arms(chance: random.Random) -> Arms:
    if chance.random() < 0.2:
        return PEACE
    act = chance.choice(["kill", "stop"])
    return Arms(points=f"{chance.choice(_POINTS)}:{act}:{chance.choice([1, 1, 1, 2])}")


def _finish(stage: Stage) -> None:
    deliver(stage)
    work_for_days(stage.lane.clock, stage.scene.account, stage.scene.merchant.id)


def _jobs(_: Lane) -> Iterator[Job]:
    for seed in range(SEEDS):
        yield Job(name=f"C {seed}", runs=partial(_once, seed))


def _once(seed: int, lane: Lane) -> Iterator[Run]:
    yield run_race(lane, seed)


def _again(lane: Lane, words: Sequence[str]) -> Run:
    return run_race(lane, int(words[0]))


RACES = Tier(
    letter="C",
    words="workers and customers at once, killed anywhere, and stopped for longer than a lease",
    jobs=_jobs,
    again=_again,
)
