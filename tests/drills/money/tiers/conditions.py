"""Tier K: each further condition of `kit/faults.py` that a drill can make, twenty times and more.

Statements that the database refuses or never answers; and what the folder `conditions` makes: clocks that jump,
webhooks that are forged or come in thousands, people who act in the middle of a charge, tables migrated meanwhile.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial

from tests.drills.money.conditions import clocks, door, people, processes, versions
from tests.drills.money.conditions.condition import Act, Condition
from tests.drills.money.flows import desk
from tests.drills.money.flows.all_flows import flow_named, flows_of
from tests.drills.money.flows.customers import press, switch
from tests.drills.money.flows.flow import Flow
from tests.drills.money.flows.webhooks import hear
from tests.drills.money.lane import Arms, Ended, Lane
from tests.drills.money.operations import CONNECT
from tests.drills.money.runs import Job, Run, Tier, wrong_endings

TIMES = 24
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
#: By chance some of these come about only now and then.
_MORE_TIMES = {"P04": 48}


def _flows(names: str, act: Act, *, is_prepared: bool = True) -> Condition:
    flows = [flow_named(name) for name in names.split()]
    return Condition(flows=flows, act=act, is_prepared=is_prepared)


def _meets(flows: Sequence[Flow], act: Act) -> Condition:
    return Condition(flows=flows, act=act)


_CHANGES = (desk.pay_off, desk.pay_several, desk.move, desk.skip, desk.pause)
#: Each condition by the name of its point.
_CONDITIONS: dict[str, Condition] = {
    "C01": _flows("charge", clocks.forward),
    "C02": _flows("charge", clocks.back),
    "C03": _flows("charge", clocks.at(clocks.ZONE_CHANGES), is_prepared=False),
    "C04": _flows("charge", clocks.at(clocks.MONTH_ENDS), is_prepared=False),
    "C05": _flows("webhook", door.not_taken(ahead=timedelta(minutes=10))),
    "C06": _flows("charge two-due", clocks.apart),
    "D09": _flows("charge", processes.read_only),
    "P03": _flows("two-due", processes.asked_to_end),
    "P04": _flows("charge webhook pay-off staff-refund two-due card", processes.killed_from_outside),
    "P06": _flows("webhook refund dispute", processes.timetable_twice),
    "P07": _meets([versions.THREE_DUE], versions.side_by_side),
    "P08": _meets([versions.THREE_DUE], versions.migrated_meanwhile),
    "P09": _flows("charge", processes.no_room_for_files),
    "U01": _meets(people.DUE, people.while_charging(press, first=press)),
    "U02": _meets(people.DUE, people.while_charging(press, desk.pay_off, desk.pay_several, first=press)),
    "U03": _meets(people.DUE, people.while_charging(press)),
    "U04": _meets(people.DUE, people.while_charging(switch)),
    "U05": _meets(people.DUE, people.while_charging(desk.cancel)),
    "U06": _meets(people.ONE_PAID, people.while_charging(desk.refund)),
    "U07": _meets(people.DUE, people.while_charging(*_CHANGES)),
    "U08": _meets(people.DUE, people.keys_replaced),
    "W07": _flows("webhook refund dispute", door.several_at_once),
    "W08": _flows("refund", door.out_of_order),
    "W09": _meets(people.DUE, people.while_charging(hear, points=("F13",))),
    "W11": _flows("webhook", door.not_taken(age=600)),
    "W12": _flows("webhook", door.not_taken(secret="whsec_of_nobody")),
    "W13": _flows("webhook", door.not_taken(secret="another")),
    "W14": _flows("webhook", door.burst),
}


def run_condition(lane: Lane, name: str, number: int) -> Run:
    """Make a condition while a flow runs, then finish without it, and compare. It counts when it came about."""
    condition = _CONDITIONS[name]
    flow = condition.flows[number % len(condition.flows)]
    stage = flow.stage(lane, is_prepared=condition.is_prepared)
    made = condition.act(lane, flow, stage, random.Random(number))  # noqa: S311  nothing secret: the same each time
    lane.reached[name] += made.is_so
    finished = [lane.run(partial(flow.finish, stage)), lane.run(partial(flow.finish, stage))]
    wrong = [*made.wrong, *flow.found(stage), *wrong_endings(finished)]
    stage.end()
    return Run(words=f"K {name} {number}", ended=[*made.ended, *finished], wrong=wrong)


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
        for number in range(_MORE_TIMES.get(name, TIMES)):
            yield Job(name=f"K {name} {number}", runs=partial(_once, name, number))
    for flow in flows_of(lane):
        did = run_condition_free(lane, flow).operations
        for number, words in enumerate(did[:-1], start=1):
            for trouble in _troubles_of(flow, words):
                arms = Arms(operation=number, trouble=trouble)
                yield Job(name=f"K {flow.name} {arms}", runs=partial(_troubled, flow, arms))


def _troubles_of(flow: Flow, words: str) -> list[str]:
    """Name what may happen to a statement; that there is no connection happens to each flow."""
    if words == CONNECT:
        return ["no_connection"]
    return (
        [trouble for trouble in _STATEMENTS if trouble != "no_connection"] if flow.name in _TROUBLED else []
    )


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
