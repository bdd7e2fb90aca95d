"""Tier A: a process is killed at each point and each operation of a flow, and what it left is finished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from tests.drills.money.flows.all_flows import flow_named, flows_of
from tests.drills.money.flows.flow import Flow
from tests.drills.money.lane import PEACE, Arms, Ended, Lane
from tests.drills.money.runs import Job, Run, Tier, wrong_endings

#: Of these flows all pairs are run: killed at one place, and who finishes it is killed at another.
_IN_PAIRS = ("charge", "webhook", "pay-off", "staff-refund")


def run_killed(lane: Lane, flow: Flow, arms: Sequence[Arms]) -> Run:
    """Kill the flow, then kill those that finish it, then let one finish it in peace, and compare."""
    stage = flow.stage(lane)
    first, *others = arms
    ended = [lane.run(lambda: flow.act(stage), first)]
    ended += [lane.run(lambda: flow.finish(stage), arm) for arm in [*others, PEACE]]
    if ":kill:" in first.points:
        lane.reached["P01"] += ended[0].how == "killed"
    # What a point raises may come out of a page: the customer sees an error page, and it is no finding.
    finishing = ended[1:] if ":raise:" in first.points else ended
    wrong = [*flow.found(stage), *wrong_endings(finishing)]
    stage.end()
    return Run(words=" ".join(["A", flow.name, *map(str, arms)]), ended=ended, wrong=wrong)


def points_of(ended: Ended, act: str = "kill") -> list[Arms]:
    """Name each point that a process came to, the first time, the second, and so on."""
    seen: Counter[str] = Counter()
    found = []
    for name in ended.points:
        seen[name] += 1
        found.append(Arms(points=f"{name}:{act}:{seen[name]}"))
    return found


def operations_of(ended: Ended) -> list[Arms]:
    """Name each thing that a process did to the outside; the end of it is one, too."""
    return [Arms(operation=number) for number in range(1, len(ended.operations) + 1)]


def _jobs(lane: Lane) -> Iterator[Job]:
    for flow in flows_of(lane):
        peaceful = run_killed(lane, flow, [PEACE])
        yield Job(name=peaceful.words, runs=partial(_once, flow, PEACE))
        acted = peaceful.ended[0]
        for arms in [*points_of(acted), *points_of(acted, "raise"), *operations_of(acted)]:
            yield Job(name=f"A {flow.name} {arms}", runs=partial(_once, flow, arms))
        if flow.name in _IN_PAIRS:
            for arms in [*points_of(acted), *operations_of(acted)]:
                yield Job(name=f"A {flow.name} {arms} and all", runs=partial(_with_all, flow, arms))


def _once(flow: Flow, arms: Arms, lane: Lane) -> Iterator[Run]:
    yield run_killed(lane, flow, [arms])


def _with_all(flow: Flow, first: Arms, lane: Lane) -> Iterator[Run]:
    """Kill once, see where those come that finish it, and kill them at each of these points."""
    once = run_killed(lane, flow, [first])
    yield once
    for second in points_of(once.ended[1]):
        yield run_killed(lane, flow, [first, second])


def _again(lane: Lane, words: Sequence[str]) -> Run:
    name, *arms = words
    return run_killed(lane, flow_named(name), [Arms.read(word) for word in arms])


KILLS = Tier(
    letter="A",
    words="killed at each point and each operation of each flow; some also in pairs",
    jobs=_jobs,
    again=_again,
)
