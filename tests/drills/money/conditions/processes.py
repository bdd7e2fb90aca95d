"""Processes that are killed by nobody's plan, told to end, or there twice; disks and databases that take nothing."""

from __future__ import annotations

import os
import random
import resource
import signal
import sys
import time
from functools import partial

from django.db import connection

from paydesk.config.schedule import JOBS, QUEUES
from paydesk.kit import clock, faults
from paydesk.notices.models import Letter
from paydesk.work.models import TimetableEntry
from paydesk.work.queues import claim_of, work_one
from paydesk.work.timetable import lay_out
from paydesk.work.worker import Worker
from tests.drills.money.conditions.condition import Made
from tests.drills.money.flows.flow import Flow, Stage
from tests.drills.money.lane import Lane
from tests.drills.money.runs import wrong_endings

#: A process has died somewhere in what it does when it is killed after so many seconds.
_SECONDS = 0.06
_TOGETHER_SECONDS = 0.03
_TIMETABLE = "timetable"


def killed_from_outside(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> Made:
    """Kill a process at a moment that nobody chose, as the kernel does for want of memory."""
    started = lane.start(partial(flow.act, stage))
    time.sleep(chance.uniform(0.0, _SECONDS))
    os.kill(started.pid, signal.SIGKILL)
    ended = lane.wait(started)
    # One that had ended by itself was not killed.
    return Made(ended=[ended], is_so=ended.how == "killed" and bool(ended.operations))


def asked_to_end(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> Made:
    """Send SIGTERM to a worker in the middle: it finishes what is at hand, and ends by itself."""

    def work() -> None:
        worker = Worker([queue for queue in QUEUES if queue.name != _TIMETABLE], clock=clock.wall_now)
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        worker.run()

    started = lane.start(work)
    lane.wait_until_begun(started)
    time.sleep(chance.uniform(0.0, 0.4))
    ended = [lane.end(started)]
    return Made(ended=ended, wrong=wrong_endings(ended))


def no_room_for_files(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> Made:
    """Let logs and temporary files not be written: the heartbeat's file neither."""

    def act() -> None:
        faults.disarm()
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        flow.act(stage)

    return Made(ended=[lane.run(act)])


def read_only(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> Made:
    """Let the database take no writes."""
    name = connection.settings_dict["NAME"]
    try:
        _ask(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        ended = [lane.run(partial(flow.act, stage))]
    finally:
        _ask("SET default_transaction_read_only = off")
        _ask(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    return Made(ended=ended)


def timetable_twice(lane: Lane, flow: Flow, stage: Stage, chance: random.Random) -> Made:
    """Let two processes run all jobs at the same moment: through their claims, or both of them each job."""
    is_claimed = chance.random() < 0.5
    TimetableEntry.objects.all().delete()
    begins = time.monotonic() + _TOGETHER_SECONDS
    run = partial(_run_jobs, stage.scene.merchant.id, begins=begins, is_claimed=is_claimed)
    started = [lane.start(run), lane.start(run)]
    ended = [*lane.wait_for_all(started), lane.run(partial(flow.act, stage))]
    return Made(ended=ended, wrong=[*wrong_endings(ended), *_done_once(stage, is_claimed=is_claimed)])


def _run_jobs(merchant_id: int, *, begins: float, is_claimed: bool) -> None:
    for module in [one for name, one in sys.modules.items() if name.startswith("paydesk.")]:
        # The merchants of runs that are over are none of the jobs' business.
        if "all_merchant_ids" in vars(module):
            vars(module)["all_merchant_ids"] = lambda: [merchant_id]
    time.sleep(max(0.0, begins - time.monotonic()))
    if not is_claimed:
        for job in JOBS:
            job.run(clock.wall_now())
        return
    lay_out(JOBS, now=clock.wall_now())
    [queue] = [queue for queue in QUEUES if queue.name == _TIMETABLE]
    while taken := claim_of(queue, most=1, now=clock.wall_now()):
        work_one(queue, taken[0], clock=clock.wall_now)


def _done_once(stage: Stage, *, is_claimed: bool) -> list[str]:
    """Say which jobs did not run just once, and which letters were written twice."""
    letters = Letter.objects.filter(merchant_id=stage.scene.merchant.id).values_list(
        "kind", "subject", "recipient"
    )
    told = [repr(letter) for letter in letters]
    wrong = [f"letter {one} was written twice" for one in set(told) if told.count(one) > 1]
    if is_claimed:
        rows = TimetableEntry.objects.order_by("name").values_list("name", "fence", "trouble")
        if [name for name, _, _ in rows] != sorted(job.name for job in JOBS):
            wrong.append(f"the timetable is {list(rows)}")
        wrong += [f"job {name} ran {fence} times: {why}" for name, fence, why in rows if fence != 1 or why]
    return wrong


def _ask(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
