"""Run steps in processes of their own, which are killed or stopped where a drill says: one lane of a drill.

This process has Django loaded and forks for each step, so that a run costs milliseconds and SIGKILL hits a real process
that has connections of its own.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connections

from paydesk.gateways import http
from paydesk.kit import faults
from tests.drills.money.drill_clock import DrillClock
from tests.drills.money.operations import Operations
from tests.simulator import Simulator

#: A step that takes longer than this hangs, and that is a finding.
SECONDS_AT_MOST = 60
#: Others wait for one that sleeps when none of them has done anything for so long.
PATIENCE_SECONDS = 0.5
_OPERATION = "*"
_SIGNALS = {signal.SIGKILL: "killed", signal.SIGALRM: "hung"}


@dataclass(frozen=True, kw_only=True)
class Arms:
    """Where a process is to die: `points` such as F07:kill:1, or `operation`, the how many-th thing that it does.

    `trouble`: what happens at the operation, by the table of `operations.py`.
    """

    points: str = ""
    operation: int = 0
    trouble: str = "kill"

    def __str__(self) -> str:
        at = f"operation:{self.operation}" if self.trouble == "kill" else f"{self.trouble}:{self.operation}"
        return self.points or (at if self.operation else "peace")

    @staticmethod
    def read(words: str) -> Arms:
        """Read what `str` gives."""
        if words == "peace":
            return Arms()
        if words.startswith("operation:"):
            return Arms(operation=int(words.partition(":")[2]))
        name, _, rest = words.partition(":")
        return Arms(points=words) if ":" in rest else Arms(operation=int(rest), trouble=name)


PEACE = Arms()


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a process ended: done, killed, stopped, failed or hung; what it reached, and what it did, in order."""

    how: str
    points: list[str] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class Started:
    """A process that runs."""

    pid: int
    trace: Path
    output: Path


@dataclass(kw_only=True)
class Lane:
    """One database, one company and one clock, at which one drill process works. `folder` holds traces for a moment."""

    name: str = "a"
    simulator: Simulator
    folder: Path
    clock: DrillClock
    #: The flows that were asked for by name; none: all.
    flows: frozenset[str] = frozenset()
    #: So many webhooks come at once where a burst of them does.
    burst: int = 10_000
    scenes: int = 0
    kills: int = 0
    reached: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)
    _number: int = 0

    def run(self, step: Callable[[], object], arms: Arms = PEACE) -> Ended:
        """Run a step to its end, be it what it may."""
        return self.wait(self.start(step, arms))

    def start(self, step: Callable[[], object], arms: Arms = PEACE) -> Started:
        """Begin a step in a process of its own."""
        self._number += 1
        trace, output = self.folder / f"{self._number}.trace", self.folder / f"{self._number}.output"
        connections.close_all()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            _be_the_process(step, arms, trace, output)
        return Started(pid=pid, trace=trace, output=output)

    def wait(self, started: Started) -> Ended:
        """Wait until it ends or is stopped. What was reached is counted when it has ended."""
        _, status = os.waitpid(started.pid, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            return Ended(how="stopped")
        return self._ended(started, _how(status))

    def wait_for_all(self, running: Sequence[Started], *, asleep: Sequence[Started] = ()) -> list[Ended]:
        """Wait until each has ended or sleeps. Who sleeps in a transaction holds others up: then it is woken.

        `asleep`: stopped ones from before, which may be in the way as well.
        """
        found: dict[int, Ended] = {}
        sleeping = {one.pid: one for one in asleep}
        done, patient_until = 0, time.monotonic() + PATIENCE_SECONDS
        while len(found) < len(running):
            if done != (done := _done_so_far(running)):
                patient_until = time.monotonic() + PATIENCE_SECONDS
            for one in running:
                if one.pid not in found and (ended := self._look(one)) is not None:
                    found[one.pid] = ended
                    if ended.how == "stopped":
                        sleeping[one.pid] = one
            if time.monotonic() > patient_until and sleeping:
                for one in sleeping.values():
                    os.kill(one.pid, signal.SIGCONT)
                    found.pop(one.pid, None)
                sleeping.clear()
            time.sleep(0.002)
        return [found[one.pid] for one in running]

    def _look(self, started: Started) -> Ended | None:
        pid, status = os.waitpid(started.pid, os.WUNTRACED | os.WNOHANG)
        if pid == 0:
            return None
        return Ended(how="stopped") if os.WIFSTOPPED(status) else self._ended(started, _how(status))

    def go_on(self, started: Started) -> Ended:
        """Let a stopped process go on to its end."""
        os.kill(started.pid, signal.SIGCONT)
        return self.wait(started)

    def wait_until_begun(self, started: Started) -> None:
        """Wait until it has done a first thing."""
        while not (started.trace.exists() and started.trace.stat().st_size):
            time.sleep(0.002)

    def end(self, started: Started) -> Ended:
        """Ask it to end, and wait until it has."""
        os.kill(started.pid, signal.SIGTERM)
        return self.wait(started)

    def _ended(self, started: Started, how: str) -> Ended:
        lines = started.trace.read_text().splitlines() if started.trace.exists() else []
        said = started.output.read_text(errors="replace") if started.output.exists() else ""
        started.trace.unlink(missing_ok=True)
        started.output.unlink(missing_ok=True)
        points = [line for line in lines if not line.startswith(_OPERATION)]
        self.reached.update(points)
        self.kills += how == "killed"
        return Ended(
            how=how,
            points=points,
            operations=[line[1:] for line in lines if line.startswith(_OPERATION)],
            said=said,
        )


def _done_so_far(running: Sequence[Started]) -> int:
    """Give a number that is another one when any of them has done anything."""
    return sum(one.trace.stat().st_size for one in running if one.trace.exists())


def _how(status: int) -> str:
    if os.WIFSIGNALED(status):
        return _SIGNALS.get(signal.Signals(os.WTERMSIG(status)), "failed")
    return "failed" if os.WEXITSTATUS(status) else "done"


def _be_the_process(step: Callable[[], object], arms: Arms, trace: Path, output: Path) -> None:
    """Never comes back: whatever this process inherited from the drill is left to the drill."""
    code = 1
    try:
        signal.alarm(SECONDS_AT_MOST)
        said = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(said, 1)
        os.dup2(said, 2)
        # The drill's own idle sockets to the company: this process must not speak on them.
        http._POOL.clear()
        faults.arm_from(arms.points, reached_file=str(trace))
        file = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        operations = Operations(
            at=arms.operation,
            trouble=arms.trouble,
            say=lambda words: os.write(file, f"{_OPERATION}{words}\n".encode()),
        )
        operations.install()
        step()
        operations.end()
        code = 0
    except BaseException:  # noqa: BLE001  whatever it was is told, and the process ends
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)
