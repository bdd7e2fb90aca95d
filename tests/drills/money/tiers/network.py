"""Tier B: the network fails at each call of each flow: before and after the company has acted, half-way, late, in words
that mean nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import partial
from urllib.parse import urlsplit

from paydesk_simulator.doors.api_acts import ROUTES
from paydesk_simulator.doors.routes import find_route
from paydesk_simulator.drills.faults import KINDS
from tests.drills.money.flows.all_flows import flow_named, flows_of
from tests.drills.money.flows.flow import Flow
from tests.drills.money.lane import Ended, Lane
from tests.drills.money.runs import Job, Run, Tier, wrong_endings

#: Longer than `GATEWAY_SECONDS` of the drill, for which a process waits for the company.
LATE_MILLISECONDS = 900
_LATE = ("slow", "half_open_before", "half_open_after")
#: All calls fail for so long that a process ends before they work again.
_ALWAYS = 10_000
_EVERYTHING = "*"
#: Conditions of `kit/faults.py` that are made so.
_CONDITIONS = {
    "reset_before": "F08",
    "reset_after": "F09",
    "error_after": "F10",
    "slow": "F11",
    "conflict": "F12",
    "busy": "F12",
}
#: What becomes of a charge whose answer was lost: these calls are made only then.
_FIRST = ("lost_before", "lost_after")
_THEN = ("charge.read", "charge.find", "charge.cancel")


def run_disturbed(lane: Lane, flow: Flow, faults: Sequence[str]) -> Run:
    """Disturb a flow by faults such as `charge.confirm:lost_after`, finish it under them, and again without any."""
    stage = flow.stage(lane)
    for fault in faults:
        operation, _, kind = fault.partition(":")
        times = _ALWAYS if operation == _EVERYTHING else 1
        milliseconds = LATE_MILLISECONDS if kind in _LATE else 0
        stage.scene.account.fault(kind, operation=operation, times=times, milliseconds=milliseconds)
    ended = [lane.run(lambda: flow.act(stage)), lane.run(lambda: flow.finish(stage))]
    lane.reached.update(_made(faults, ended))
    if any(fault.endswith(":slow") for fault in faults):
        # What the company does late, it does before the books are compared.
        time.sleep(LATE_MILLISECONDS / 1_000)
    stage.scene.account.no_faults()
    ended.append(lane.run(lambda: flow.finish(stage)))
    wrong = [*flow.found(stage), *wrong_endings(ended[1:])]
    stage.end()
    return Run(words=" ".join(["B", flow.name, *faults]), ended=ended, wrong=wrong)


def _made(faults: Sequence[str], ended: Sequence[Ended]) -> list[str]:
    """Name the conditions that came about: one at a call that nobody made did not."""
    asked = {call for one in ended for call in calls_of(one)}
    ordered = [fault.split(":") for fault in faults]
    return [
        _CONDITIONS[kind]
        for operation, kind in ordered
        if kind in _CONDITIONS and (operation in asked or (operation == _EVERYTHING and asked))
    ]


def calls_of(ended: Ended) -> list[str]:
    """Name the company's operations that a process asked for, each once, in their order."""
    asked = [words.split(" ", 1) for words in ended.operations if words.startswith(("GET http", "POST http"))]
    found = [find_route(ROUTES, method, urlsplit(url).path) for method, url in asked]
    return list(dict.fromkeys(one[0].operation for one in found if one is not None))


def _jobs(lane: Lane) -> Iterator[Job]:
    for flow in flows_of(lane):
        peaceful = run_disturbed(lane, flow, [])
        calls = dict.fromkeys(call for ended in peaceful.ended for call in calls_of(ended))
        for call in [*calls, _EVERYTHING]:
            yield from (_job(flow, [f"{call}:{kind}"]) for kind in KINDS)
        if "charge.confirm" in calls:
            for first in _FIRST:
                for call in _THEN:
                    yield from (_job(flow, [f"charge.confirm:{first}", f"{call}:{kind}"]) for kind in KINDS)


def _job(flow: Flow, faults: Sequence[str]) -> Job:
    return Job(name=" ".join(["B", flow.name, *faults]), runs=partial(_once, flow, faults))


def _once(flow: Flow, faults: Sequence[str], lane: Lane) -> Iterator[Run]:
    yield run_disturbed(lane, flow, faults)


def _again(lane: Lane, words: Sequence[str]) -> Run:
    name, *faults = words
    return run_disturbed(lane, flow_named(name), faults)


NETWORK = Tier(
    letter="B",
    words="each call of each flow lost, reset, half-open, garbled, refused or late, before and after it was done",
    jobs=_jobs,
    again=_again,
)
