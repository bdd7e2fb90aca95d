"""Move subscriptions while everything goes wrong: `bin/drill move`. At the end each period is paid once, on one side.

A process is killed at each point (M01 to M14) and at each thing that it does to the outside; answers are lost before
and after each ask; a company is silent over the date; two workers, two tabs, and somebody who ends it, come at once.
One line of JSON says what was run. Ends with 0 only if nothing was wrong and each point was reached.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.drills.money.lane import Lane


class Figures(NamedTuple):
    """What was run, and what was wrong, by the words of the run."""

    runs: int
    kills: int
    reached: Counter[str]
    wrong: list[tuple[str, str]]


#: Gives what was wrong in one run.
Run = Callable[[], list[str]]


def run_drill(lane: Lane, *, flows: set[str], every: int, kinds: set[str]) -> Figures:
    """Run each so many-th run of these kinds and flows."""
    wrong: list[tuple[str, str]] = []
    runs = 0
    for number, (words, run) in enumerate(_runs(lane, flows, kinds)):
        if number % every:
            continue
        runs += 1
        for said in run():
            wrong.append((words, said))
            sys.stderr.write(f"WRONG: {words}: {said}\n")
    return Figures(runs=runs, kills=lane.kills, reached=lane.reached, wrong=wrong)


def _runs(lane: Lane, flows: set[str], kinds: set[str]) -> Iterator[tuple[str, Run]]:
    from tests.drills.move import disturbances
    from tests.drills.move.scene import FLOWS, run_flow

    for flow in FLOWS:
        if flows and flow.name not in flows:
            continue
        acted, wrong = run_flow(lane, flow)
        yield f"{flow.name} in peace", partial(list, wrong)
        if not kinds or "kills" in kinds:
            for arms in disturbances.kills(acted):
                yield f"{flow.name} {arms}", partial(disturbances.killed, lane, flow, arms)
        if not kinds or "network" in kinds:
            for operation, kind in disturbances.faults(flow):
                yield (
                    f"{flow.name} {operation} {kind}",
                    partial(disturbances.disturbed, lane, flow, operation, kind),
                )
    if not kinds or "people" in kinds:
        for name, run in disturbances.PEOPLE.items():
            yield name, partial(run, lane)


def _believe_that_it_is_held() -> None:
    """Take the old one for held without looking: its company collects as well."""
    from paydesk.billing.arrangements.moving.steps import fence

    vars(fence)["is_fenced"] = lambda *_: True


def _do_not_look_whether_it_collected() -> None:
    """Charge although the old company was quicker."""
    from paydesk.billing.arrangements.moving.steps import fence

    vars(fence)["has_collected"] = lambda *_: False


#: What this drill has to find: it is examined by these.
BUGS: dict[str, Callable[[], None]] = {
    "not held": _believe_that_it_is_held,
    "not looked": _do_not_look_whether_it_collected,
}


def main() -> None:
    """Run it on the database that PAYDESK_DATABASE_URL names, and print one line of JSON."""
    asked = argparse.ArgumentParser(prog="bin/drill move")
    asked.add_argument("--flow", action="append", default=[])
    asked.add_argument(
        "--kind", action="append", default=[], help="kills, network or people; all unless it is said"
    )
    asked.add_argument("--every", type=int, default=1, help="only each so many-th run")
    asked.add_argument("--name", default="a")
    asked.add_argument("--plant", default="", help="a bug by its name, which has to be found")
    wanted = asked.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="paydesk-drill-") as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "paydesk.config.settings",
            "PAYDESK_LOG_LEVEL": "CRITICAL",
            "PAYDESK_MAILBOX": "1",
            "PAYDESK_MERCHANT_SECONDS": "0",
            "PAYDESK_HEARTBEAT_FILE": str(Path(folder) / "heartbeat"),
        }
        figures = _drill(Path(folder), wanted)
    from paydesk.kit.faults import POINTS_OF_MOVES

    missed = [name for name in POINTS_OF_MOVES if not figures.reached[name]]
    told = {
        "drill": "move",
        "runs": figures.runs,
        "kills": figures.kills,
        "seconds": round(time.monotonic() - began, 1),
        "reached": {name: figures.reached[name] for name in POINTS_OF_MOVES},
        "not_reached": missed,
        "wrong": figures.wrong,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    is_whole = wanted.every == 1 and not wanted.flow and not wanted.kind
    sys.exit(1 if figures.wrong or (is_whole and missed) else 0)


def _drill(folder: Path, wanted: argparse.Namespace) -> Figures:
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    from tests.drills.money.drill_clock import DrillClock
    from tests.drills.money.lane import Lane
    from tests.simulator import start_simulator

    settings.PAYDESK_GATEWAY_SECONDS = 5
    call_command("migrate", verbosity=0)
    drill_clock = DrillClock()
    drill_clock.hang_up()
    with start_simulator() as simulator:
        lane = Lane(name=wanted.name, simulator=simulator, folder=folder, clock=drill_clock)
        if wanted.plant:
            BUGS[wanted.plant]()
        return run_drill(lane, flows=set(wanted.flow), every=wanted.every, kinds=set(wanted.kind))


if __name__ == "__main__":
    main()
