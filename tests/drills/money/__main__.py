"""Work through a share of the drill's jobs: one lane, which `bin/drill money` starts.

It works on the database that PAYDESK_DATABASE_URL names, else on a PostgreSQL of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import django

from tests.drills.money.tally import Done, Tally, code_version, sum_of

if TYPE_CHECKING:
    from tests.drills.money.lane import Lane
    from tests.drills.money.runs import Job, Run, Tier

SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "paydesk.config.settings",
    "PAYDESK_LOG_LEVEL": "ERROR",
    "PAYDESK_MAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
}
#: So long a process waits for the company: silence would be most of what a drill does, and the setting is of seconds.
GATEWAY_SECONDS = 0.5


def main() -> None:
    """End with 0 only if nothing was wrong."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    asked = _read_arguments()
    with _installed(), _lane(asked) as lane:
        wrong = _repeat(asked, lane) if asked.only else _work_through(asked, lane)
    sys.exit(1 if wrong else 0)


@contextmanager
def _installed() -> Iterator[None]:
    """Set up Paydesk for this process: the settings of a drill, and tables."""
    with tempfile.TemporaryDirectory(prefix="paydesk-static-") as static, ExitStack() as opened:
        if "PAYDESK_DATABASE_URL" not in os.environ:
            from toolbox.postgresql import temporary_postgresql

            os.environ["PAYDESK_DATABASE_URL"] = opened.enter_context(temporary_postgresql()).url()
        os.environ |= SETTINGS | {
            "PAYDESK_STATIC_ROOT": static,
            "PAYDESK_HEARTBEAT_FILE": f"{static}/heartbeat",
        }
        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        settings.PAYDESK_GATEWAY_SECONDS = GATEWAY_SECONDS
        call_command("migrate", verbosity=0)
        yield


def _read_arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="bin/drill money")
    asked.add_argument("--tier", action="append", help="A, B, C or D; all of them unless it is said")
    asked.add_argument("--flow", action="append", help="jobs of this flow alone")
    asked.add_argument("--only", help="one run again, by the words that a violation was printed with")
    asked.add_argument("--every", type=int, default=1, help="only each so many-th job")
    asked.add_argument("--share", default="1/1", help="the part of several processes: 1/2 and 2/2")
    asked.add_argument("--tally", type=Path, help="the folder that keeps what was done; it is not done again")
    asked.add_argument("--burst", type=int, default=10_000, help="webhooks in a burst; fewer do not count")
    asked.add_argument("--plant", help="a money bug of tests/drills/planted by name, which has to be found")
    return asked.parse_args()


@contextmanager
def _lane(asked: argparse.Namespace) -> Iterator[Lane]:
    from tests.drills.money.drill_clock import DrillClock
    from tests.drills.money.lane import Lane
    from tests.simulator import start_simulator

    clock = DrillClock()
    clock.hang_up()
    with tempfile.TemporaryDirectory(prefix="paydesk-drill-") as folder, start_simulator() as simulator:
        name = asked.share.replace("/", "-of-")
        with _planted(asked.plant):
            yield Lane(
                name=name,
                simulator=simulator,
                folder=Path(folder),
                clock=clock,
                flows=frozenset(asked.flow or ()),
                burst=asked.burst,
            )


def _planted(name: str | None) -> AbstractContextManager[object]:
    """Let this process, and all that it forks, have a bug: the drill is examined by it."""
    from tests.drills.planted.bugs import ALL

    if name is None:
        return nullcontext()
    return {bug.name: bug for bug in ALL}[name].plant()


def _repeat(asked: argparse.Namespace, lane: Lane) -> bool:
    """Do one run again, and show how each process ended and what it did; says whether anything was wrong."""
    from tests.drills.money.tiers.all_tiers import tier_of

    letter, *words = asked.only.split()
    run = tier_of(letter).again(lane, words)
    for one in run.ended:
        sys.stdout.write(json.dumps({"how": one.how, "points": one.points, "did": one.operations}) + "\n")
        sys.stderr.write(one.said)
    return bool(_counted([run], lane).wrong)


def _work_through(asked: argparse.Namespace, lane: Lane) -> bool:
    """Do what this lane is to do and has not done; says whether anything was wrong."""
    from tests.drills.money.tiers.all_tiers import TIERS

    tally = Tally(asked.tally, version=code_version())
    known = tally.done()
    is_wrong = False
    for tier in TIERS:
        if tier.letter in known or (asked.tier and tier.letter not in asked.tier):
            continue
        for job in _mine(asked, tier, lane):
            if job.name not in known:
                done = _do(job, lane)
                tally.add(job.name, done)
                is_wrong = is_wrong or bool(done.wrong)
    return is_wrong


def _mine(asked: argparse.Namespace, tier: Tier, lane: Lane) -> Iterator[Job]:
    part, parts = map(int, asked.share.split("/"))
    jobs = (job for job in tier.jobs(lane) if not asked.flow or job.name.split()[1] in asked.flow)
    # By their names, since one lane may list a job more than another: counted off, two halves would become the same.
    return (job for job in islice(jobs, 0, None, asked.every) if crc32(job.name.encode()) % parts == part - 1)


def _do(job: Job, lane: Lane) -> Done:
    began = time.monotonic()
    done = sum_of(_counted([run], lane) for run in job.runs(lane))
    done.jobs, done.seconds = 1, time.monotonic() - began
    return done


def _counted(runs: list[Run], lane: Lane) -> Done:
    """Take what the lane has counted since the last time."""
    done = Done(runs=len(runs), kills=lane.kills, reached=lane.reached.copy())
    lane.kills = 0
    lane.reached.clear()
    for run in runs:
        done.wrong += [[run.words, said] for said in run.wrong]
        for said in run.wrong:
            sys.stderr.write(f'WRONG: --only "{run.words}": {said}\n')
    return done


if __name__ == "__main__":
    main()
