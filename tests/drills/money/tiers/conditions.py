"""Tier K: each further condition of `kit/faults.py` that a drill can make, twenty times and more.

Statements that the database refuses or never answers, clocks that jump, webhooks that are forged or out of order,
workers that are asked to end, a disk that takes no files.
"""

from __future__ import annotations

import random
import resource
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import connection

from paydesk.config.schedule import QUEUES
from paydesk.kit import clock, faults
from paydesk.sync.models import InboxEvent
from paydesk.work.worker import Worker
from tests.drills.money.flows.all_flows import flow_named, flows_of
from tests.drills.money.flows.flow import Flow, Stage
from tests.drills.money.flows.webhooks import deliver, post, webhook_path
from tests.drills.money.lane import PEACE, Arms, Ended, Lane
from tests.drills.money.operations import CONNECT
from tests.drills.money.runs import Job, Run, Tier, wrong_endings
from tests.drills.money.work import work_until_idle

TIMES = 20
#: What each trouble of a statement is in the table of points.
_STATEMENTS = {
    "dropped": "D01",
    "serialization": "D05",
    "deadlock": "D05",
    "lock_timeout": "D07",
    "statement_timeout": "D07",
    "no_connection": "D08",
}
_TROUBLED = ("charge", "webhook", "pay-off", "cancel", "staff-refund")
_ZONE_CHANGES = (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 0, 30, tzinfo=UTC))
_MONTH_ENDS = (datetime(2028, 2, 29, 10, tzinfo=UTC), datetime(2027, 1, 31, 10, tzinfo=UTC))

#: What a condition does in the place of the flow's own act; it gives what is wrong already.
_Act = Callable[[Lane, Flow, Stage, random.Random], tuple[list[Ended], list[str]]]


def _at(moments: Sequence[datetime]) -> _Act:
    """Let it be such a day, here and at the company."""

    def act(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> tuple[list[Ended], list[str]]:
        ahead = chance.choice(moments) - datetime.now(UTC)
        lane.clock.set_ahead(ahead)
        stage.scene.account.advance(seconds=ahead.total_seconds())
        flow.prepare(stage)
        return [lane.run(partial(flow.act, stage))], []

    return act


def _clock_forward(
    lane: Lane, flow: Flow, stage: Stage, chance: random.Random
) -> tuple[list[Ended], list[str]]:
    ended = [lane.run(partial(flow.act, stage), _somewhere(chance))]
    lane.clock.set_ahead(chance.choice([timedelta(hours=1), timedelta(days=1)]))
    return ended, []


def _clock_back(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> tuple[list[Ended], list[str]]:
    lane.clock.set_ahead(timedelta(hours=1))
    ended = [lane.run(partial(flow.act, stage), _somewhere(chance))]
    lane.clock.set_ahead(timedelta(0))
    return ended, []


def _clocks_apart(
    lane: Lane, flow: Flow, stage: Stage, chance: random.Random
) -> tuple[list[Ended], list[str]]:
    """Ours is ten minutes ahead of the company's and of the database's."""
    lane.clock.set_ahead(timedelta(minutes=10))
    return [lane.run(partial(flow.act, stage), _somewhere(chance))], []


def _out_of_order(
    lane: Lane, flow: Flow, stage: Stage, chance: random.Random
) -> tuple[list[Ended], list[str]]:
    order = chance.random()

    def act() -> None:
        deliver(stage, shuffle=order)
        work_until_idle()

    return [lane.run(act)], []


def _not_taken(secret: str = "", age: float = 0, changed: bytes = b"") -> _Act:
    """Webhooks that the door has to turn away, and that leave nothing behind."""

    def act(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> tuple[list[Ended], list[str]]:
        scene = stage.scene
        other = lane.simulator.account("vault").webhook_secret if secret == "another" else secret
        before = InboxEvent.objects.filter(merchant_id=scene.merchant.id).count()
        said = [
            post(webhook_path(stage), body + changed, scene.account.signed(body, secret=other, age=age))
            for body, _ in scene.webhooks()
        ]
        after = InboxEvent.objects.filter(merchant_id=scene.merchant.id).count()
        wrong = [] if set(said) == {400} and before == after else [f"the door said {said}"]
        return [lane.run(partial(flow.act, stage))], wrong

    return act


def _read_only(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> tuple[list[Ended], list[str]]:
    name = connection.settings_dict["NAME"]
    try:
        _ask(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        ended = [lane.run(partial(flow.act, stage))]
    finally:
        _ask("SET default_transaction_read_only = off")
        _ask(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    return ended, []


def _asked_to_end(
    lane: Lane, flow: Flow, stage: Stage, chance: random.Random
) -> tuple[list[Ended], list[str]]:
    """A worker gets SIGTERM in the middle: it finishes what is at hand, and ends by itself."""

    def work() -> None:
        worker = Worker([queue for queue in QUEUES if queue.name != "timetable"], clock=clock.wall_now)
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        worker.run()

    started = lane.start(work)
    time.sleep(chance.uniform(0.1, 0.6))
    return [lane.end(started)], []


def _no_room_for_files(
    lane: Lane, flow: Flow, stage: Stage, chance: random.Random
) -> tuple[list[Ended], list[str]]:
    """Logs and temporary files cannot be written: the heartbeat's file neither."""

    def act() -> None:
        faults.disarm()
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        flow.act(stage)

    return [lane.run(act)], []


def _somewhere(chance: random.Random) -> Arms:
    return chance.choice([PEACE, *(Arms(points=f"{name}:kill:1") for name in ("F04", "F07", "F13", "F17"))])


def _ask(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


#: The condition, the flow that it meets, and what is done.
_CONDITIONS: dict[str, tuple[str, _Act]] = {
    "C01": ("charge", _clock_forward),
    "C02": ("charge", _clock_back),
    "C03": ("charge", _at(_ZONE_CHANGES)),
    "C04": ("charge", _at(_MONTH_ENDS)),
    "C05": ("webhook", _clocks_apart),
    "C06": ("charge", _clocks_apart),
    "D09": ("charge", _read_only),
    "P03": ("two-due", _asked_to_end),
    "P09": ("charge", _no_room_for_files),
    "W08": ("refund", _out_of_order),
    "W11": ("webhook", _not_taken(age=600)),
    "W12": ("webhook", _not_taken(secret="whsec_of_nobody")),
    "W13": ("webhook", _not_taken(secret="another")),
}


def run_condition(lane: Lane, name: str, number: int) -> Run:
    """Make a condition while a flow runs, then finish without it, and compare."""
    flow_name, act = _CONDITIONS[name]
    flow = flow_named(flow_name)
    lane.reached[name] += 1
    stage = flow.stage(lane, is_prepared=name not in ("C03", "C04"))
    ended, wrong = act(lane, flow, stage, random.Random(number))  # noqa: S311
    finished = [lane.run(partial(flow.finish, stage)), lane.run(partial(flow.finish, stage))]
    wrong = [*wrong, *flow.found(stage), *wrong_endings(finished)]
    stage.end()
    return Run(words=f"K {name} {number}", ended=[*ended, *finished], wrong=wrong)


def run_troubled(lane: Lane, flow: Flow, arms: Arms) -> Run:
    """Let the database fail one statement of a flow, finish, and compare."""
    lane.reached[_STATEMENTS[arms.trouble]] += 1
    stage = flow.stage(lane)
    ended = [lane.run(partial(flow.act, stage), arms)]
    finished = [lane.run(partial(flow.finish, stage)), lane.run(partial(flow.finish, stage))]
    wrong = [*flow.found(stage), *wrong_endings(finished)]
    stage.end()
    return Run(words=f"K {flow.name} {arms}", ended=[*ended, *finished], wrong=wrong)


def _jobs(lane: Lane) -> Iterator[Job]:
    for name in _CONDITIONS:
        for number in range(TIMES):
            yield Job(name=f"K {name} {number}", runs=partial(_once, name, number))
    for flow in (flow for flow in flows_of(lane) if flow.name in _TROUBLED):
        did = run_condition_free(lane, flow).operations
        for number, words in enumerate(did[:-1], start=1):
            for trouble in _STATEMENTS:
                if (trouble == "no_connection") == (words == CONNECT):
                    arms = Arms(operation=number, trouble=trouble)
                    yield Job(name=f"K {flow.name} {arms}", runs=partial(_troubled, flow, arms))


def run_condition_free(lane: Lane, flow: Flow) -> Ended:
    """See what a flow does in peace."""
    stage = flow.stage(lane)
    ended = lane.run(partial(flow.act, stage))
    stage.end()
    return ended


def _once(name: str, number: int, lane: Lane) -> Iterator[Run]:
    yield run_condition(lane, name, number)


def _troubled(flow: Flow, arms: Arms, lane: Lane) -> Iterator[Run]:
    yield run_troubled(lane, flow, arms)


def _again(lane: Lane, words: Sequence[str]) -> Run:
    name, how = words
    if name in _CONDITIONS:
        return run_condition(lane, name, int(how))
    return run_troubled(lane, flow_named(name), Arms.read(how))


CONDITIONS = Tier(
    letter="K",
    words="statements that fail, clocks that jump, webhooks that are forged or out of order, workers told to end",
    jobs=_jobs,
    again=_again,
)
