"""Tier D: the database is stopped at once in the middle of a run, restored from an older backup, out of room.

What a process knew to be committed has to be there afterwards: each outcome that was recorded is noted outside.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from paydesk.billing.payments import ask
from paydesk.billing.payments.models import Attempt
from paydesk.billing.payments.record import record_outcome
from paydesk.config.heart import beat
from paydesk.kit import clock
from paydesk.kit.money import Money
from tests.drills.money.flows import desk
from tests.drills.money.flows.customers import press
from tests.drills.money.flows.flow import Stage
from tests.drills.money.flows.quick_scene import quick_scene
from tests.drills.money.flows.webhooks import deliver
from tests.drills.money.lane import PEACE, Arms, Lane
from tests.drills.money.runs import Job, Run, Tier, wrong_endings
from tests.drills.money.tiers.crashing import CrashingDatabase, crashing_database
from tests.drills.money.tiers.full_disk import run_full, small_disk
from tests.drills.money.work import work_for_days, work_until_idle

CRASHES, RESTORES, FULL_DISKS = 300, 100, 20
#: A run takes about so long, and the crash comes in between.
_SECONDS = 0.5
_LATER = timedelta(minutes=5)
_POINTS = [f"F{number:02}" for number in (3, 4, 5, 6, 7, 13, 14, 15, 16, 17)]


def run_crash(lane: Lane, database: CrashingDatabase, seed: int) -> Run:
    """Crash the database while a worker and a customer are at work, start it again, finish, and compare."""
    chance = random.Random(seed)  # noqa: S311  nothing secret: the same places each time
    lane.reached["D03"] += 1
    stage, noted = _stage(lane, chance, f"crash-{seed}"), lane.folder / "acknowledged"
    noted.unlink(missing_ok=True)
    people = chance.sample([press, desk.pay_off, desk.pay_several, deliver, desk.cancel], 2)
    acts: list[Callable[[Stage], object]] = [lambda _: work_until_idle(), *people]
    started = [lane.start(partial(_acknowledging, partial(act, stage), noted)) for act in acts]
    time.sleep(chance.uniform(0.02, _SECONDS))
    database.crash()
    # Who lost its connection ends with an error, as a page does; a real worker waits and goes on.
    ended = lane.wait_for_all(started)
    finished = [lane.run(partial(_finish, stage)), lane.run(partial(_finish, stage))]
    wrong = [*_lost(stage, noted), *stage.agrees(), *desk.after_the_end(stage), *wrong_endings(finished)]
    stage.end()
    return Run(words=f"D crash {seed}", ended=[*ended, *finished], wrong=wrong)


def run_restore(lane: Lane, database: CrashingDatabase, seed: int) -> Run:
    """Put an older backup in the place of the database: what was charged since is found, and not charged again."""
    chance = random.Random(seed)  # noqa: S311
    lane.reached["D04"] += 1
    database.begin_anew()
    stage = _stage(lane, chance, f"restore-{seed}")
    ended = [lane.run(_beat)]
    if chance.random() < 0.3:
        ended.append(lane.run(work_until_idle, Arms(points=f"{chance.choice(_POINTS)}:kill:1")))
    database.back_up()
    known = len(stage.scene.account.charges())
    acts: list[Callable[[], object]] = [
        work_until_idle,
        partial(desk.pay_off, stage),
        partial(desk.pay_several, stage),
    ]
    for act in chance.sample(acts, chance.randint(1, 3)):
        arms = Arms(points=f"{chance.choice(_POINTS)}:kill:1") if chance.random() < 0.5 else PEACE
        ended += [lane.run(_beat), lane.run(act, arms)]
    ended.append(lane.run(_beat))
    # The company's webhooks are then about charges that this database has never heard of.
    lane.reached["W10"] += len(stage.scene.account.charges()) > known
    database.restore()
    if chance.random() < 0.5:
        # The company has forgotten our keys meanwhile: asked anew, it would charge anew.
        stage.scene.account.forget_keys()
    before = sorted(stage.captured())
    ended += [lane.run(work_until_idle), lane.run(_beat), lane.run(work_until_idle)]
    charged = [] if sorted(stage.captured()) == before else ["something was charged before it was compared"]
    lane.clock.set_ahead(_LATER)
    ended += [lane.run(partial(_finish, stage)), lane.run(partial(_finish, stage))]
    wrong = [*charged, *stage.agrees(), *wrong_endings(ended)]
    stage.end()
    return Run(words=f"D restore {seed}", ended=ended, wrong=wrong)


def _beat() -> None:
    beat(clock.wall_now())


def _stage(lane: Lane, chance: random.Random, name: str) -> Stage:
    """A plan of which two payments are due, or a subscription of which one is."""
    lane.clock.set_ahead(timedelta(0))
    lane.scenes += 1
    scene = quick_scene(lane.simulator, card="good", slug=f"{name}-{lane.name}-{lane.scenes}")
    if chance.random() < 0.7:
        day = scene.today() - timedelta(days=31)
        scene.start_plan(price=9000, count=4, fee=Money(400, "EUR"), first_day=day)
    else:
        scene.start()
    return Stage(lane=lane, scene=scene)


def _finish(stage: Stage) -> None:
    _beat()
    deliver(stage)
    work_for_days(stage.lane.clock, stage.scene.account, stage.scene.merchant.id)


def _acknowledging(act: Callable[[], object], noted: Path) -> None:
    """Note each outcome once the database has said that it is committed."""
    record = record_outcome

    def recorded(**given: Any) -> Attempt:
        attempt = record(**given)
        with noted.open("a") as file:
            file.write(f"{attempt.id} {attempt.state}\n")
        return attempt

    vars(ask)["record_outcome"] = recorded
    act()


def _lost(stage: Stage, noted: Path) -> list[str]:
    """Say which acknowledged outcomes are not there. An open one may have been settled since."""
    lines = noted.read_text().split("\n") if noted.exists() else []
    said = dict(line.split() for line in lines if line)
    rows = Attempt.objects.filter(merchant_id=stage.scene.merchant.id).values_list("id", "state")
    kept = {str(row_id): state for row_id, state in rows}
    return [
        f"D03 attempt {row_id} was recorded as {state}, and is {kept.get(row_id)}"
        for row_id, state in said.items()
        if row_id not in kept or (state not in Attempt.OPEN and kept[row_id] != state)
    ]


_RUNS = {"crash": run_crash, "restore": run_restore}


def _jobs(_: Lane) -> Iterator[Job]:
    with crashing_database() as database:
        for name, count in (("crash", CRASHES), ("restore", RESTORES)):
            for seed in range(count):
                yield Job(
                    name=f"D {name} {seed}", runs=partial(_once, partial(_RUNS[name], seed=seed), database)
                )
    with small_disk() as disk:
        for seed in range(FULL_DISKS if disk else 0):
            yield Job(name=f"D full {seed}", runs=partial(_once, partial(run_full, seed=seed), disk))


def _once(run: Callable[..., Run], where: object, lane: Lane) -> Iterator[Run]:
    yield run(lane, where)


def _again(lane: Lane, words: Sequence[str]) -> Run:
    name, seed = words
    if name == "full":
        with small_disk() as disk:
            if disk is None:
                raise SystemExit("A small disk takes root, who may mount one.")
            return run_full(lane, disk, int(seed))
    with crashing_database() as database:
        return _RUNS[name](lane, database, int(seed))


CRASHING = Tier(
    letter="D",
    words="the database stopped at once, an older backup in its place, and its disk full",
    jobs=_jobs,
    again=_again,
)
