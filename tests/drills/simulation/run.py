"""Run one seed: some dozen steps with everything that goes wrong, then a calm day, then the judgement."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import EntryPoint
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from django.conf import settings

from paydesk.gateways import registry
from paydesk.kit import clock
from tests.drills.simulation import database, workers
from tests.drills.simulation.acts import changes, desk, disasters, people
from tests.drills.simulation.company import gateway
from tests.drills.simulation.focus import CHANCE_DECIDES, Wanted, focus_of
from tests.drills.simulation.judging.judge import judge
from tests.drills.simulation.processes import Process, at_every_point
from tests.drills.simulation.world import World, build_world, by_chance


class Step(Protocol):
    """Something that happens; its name says what."""

    __name__: str

    def __call__(self, world: World, /) -> object: ...


#: What happens, by how often.
STEPS: dict[Step, int] = {
    workers.work_one_row: 40,
    people.pass_time: 22,
    people.press: 9,
    workers.deliver: 9,
    workers.wake: 5,
    workers.restart: 1,
    workers.run_some_job: 2,
    people.trouble: 4,
    people.agree: 3,
    people.verify: 3,
    people.add_card: 2,
    people.drop_card: 2,
    people.give_back: 2,
    desk.quote: 4,
    desk.pay: 1,
    changes.change: 5,
    changes.refund: 2,
    disasters.back_up: 3,
    disasters.restore: 2,
    workers.look_at_the_books: 1,
}
#: The settling: how long it is calm, and when jobs run then.
CALM = timedelta(hours=24)
SETTLING = (
    (timedelta(0), ("poll", "compare")),
    (timedelta(minutes=11), ("silent", "sweep", "poll", "compare")),
    # A success that no webhook is believed about is found by the next daily reading.
    (CALM, ()),
    (CALM + timedelta(hours=2), ("reread",)),
)
ACTS_MOST = 500


@dataclass(kw_only=True)
class Result:
    """What became of a seed."""

    seed: int
    steps: int
    violations: list[str]
    history: list[str]
    reached: Counter[str]


def run_seed(seed: int, wanted: Wanted = CHANCE_DECIDES) -> Result:
    """Run it from an empty database to its judgement."""
    with fresh_world(seed, wanted) as world:
        people.agree(world)
        steps_count = world.chance.randint(*wanted.steps)
        weights = [world.focus.steps[step.__name__] for step in STEPS]
        for step in world.chance.choices(list(STEPS), weights=weights, k=steps_count):
            step(world)
        settle(world)
    if seed % 6 == 0:
        workers.look_at_the_books(world)
    judge(world)
    return Result(
        seed=seed,
        steps=len(world.history),
        violations=world.violations,
        history=world.history,
        reached=world.processes.reached,
    )


@contextmanager
def fresh_world(seed: int, wanted: Wanted = CHANCE_DECIDES) -> Iterator[World]:
    """Give a world in an empty database, with every fault point told of."""
    database.empty()
    Path(settings.PAYDESK_HEARTBEAT_FILE).unlink(missing_ok=True)
    chance = by_chance(seed)
    focus = focus_of(chance, {step.__name__: float(weight) for step, weight in STEPS.items()}, wanted)
    world = build_world(seed, chance, focus)
    with at_every_point(world.processes.place):
        workers.begin(world)
        yield world


def settle(world: World) -> None:
    """Faults end, whoever is stopped goes on, and a day passes in which everything is worked off."""
    world.acts_meet_their_fate = False
    world.calm_since = world.clock.now
    world.network.faulty_share, world.network.down_until = 0.0, None
    world.say("--- calm ---")
    # Some go on at once, others when a day has passed and everything else is done.
    for group in (world.workers, world.doors):
        _go_on(world, [group[0], *(one for one in group[1:] if world.chance.random() < 0.5)])
    ends_at = world.clock.now + CALM
    for job_at, jobs in SETTLING:
        _until(world, ends_at - CALM + job_at)
        # A worker beats every half minute: a restore is noticed long before a calm day is over.
        workers.beat_now(world)
        for name in jobs:
            workers.run_job(world, name)
        disasters.answer_for_concerns(world)
    _go_on(world, world.everybody())
    _until(world, world.clock.now + timedelta(minutes=1))
    world.say("--- the end ---")


def _go_on(world: World, processes: Sequence[Process]) -> None:
    for process in processes:
        if process.stopped is not None:
            workers.go_on(world, process)


def _until(world: World, moment: datetime) -> None:
    """Do what is due, moment by moment."""
    for _ in range(ACTS_MOST):
        if workers.work_one_row(world):
            continue
        if world.undelivered:
            workers.deliver(world)
            continue
        if world.clock.now >= moment:
            return
        moments = (workers.next_due_at(world), world.clock.next_at(), moment)
        following = min(one for one in moments if one is not None)
        world.clock.move(max(following - world.clock.now, timedelta(seconds=1)))
    world.violations.append("it is never idle")
    del world.history[-ACTS_MOST // 2 :]


@contextmanager
def installed() -> Iterator[None]:
    """Install the company's gateway in this process, and give the clock back afterwards."""
    found, now = vars(registry)["entry_points"], clock.wall_now
    point = EntryPoint(name=gateway.NAME, group=registry.GROUP, value=f"{gateway.__name__}:DrillGateway")

    def with_ours(**wanted: Any) -> Any:
        return [point] if wanted.get("name") == gateway.NAME else found(**wanted)

    level = logging.root.manager.disable
    vars(registry)["entry_points"] = with_ours
    logging.disable(logging.CRITICAL)
    database.quick()
    kept_at = settings.PAYDESK_HEARTBEAT_FILE
    try:
        with TemporaryDirectory(prefix="paydesk-simulation-", dir=_quick_folder()) as folder:
            settings.PAYDESK_HEARTBEAT_FILE = f"{folder}/heartbeat"
            yield
    finally:
        settings.PAYDESK_HEARTBEAT_FILE = kept_at
        database.empty()
        vars(registry)["entry_points"], clock.wall_now = found, now
        registry.find_gateway.cache_clear()
        logging.disable(level)


def _quick_folder() -> str | None:
    """The heartbeat's file is flushed to the disk at each beat: in memory that costs nothing."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # a folder of our own in it
