"""Processes that die, stop and go on, all of them in this one: each act is a greenlet that may be left at any place.

A place is a fault point of the code, or the moment before or after the company acts. A killed act unwinds, so that its
transaction is rolled back, and nothing after it runs. One that is stopped stays where it is, without a transaction.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from greenlet import getcurrent, greenlet

from paydesk.billing.payments.charging.silence import SILENCE
from paydesk.kit import faults
from paydesk.sync.readings import once
from paydesk.work.heartbeat.memory import MEMORY, Memory


class SimulatedKill(BaseException):
    """SIGKILL. No `except Exception` holds it up."""


@dataclass(kw_only=True)
class Fate:
    """What becomes of an act at the n-th place that it comes to: it is killed, stopped, or fails there."""

    kind: str
    place: int


@dataclass(eq=False)
class Process:
    """What a process keeps in its memory, which dies with it, and what it is doing while it is stopped."""

    name: str
    silent: dict[int, Any] = field(default_factory=dict)
    readings: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    heart: dict[str, Any] = field(default_factory=lambda: vars(Memory()))
    stopped: greenlet | None = None
    where: str = ""

    def forget(self) -> None:
        """Be a new process of the same name."""
        self.silent, self.readings, self.heart = {}, OrderedDict(), vars(Memory())
        self.stopped, self.where = None, ""


class Processes:
    """Runs acts one at a time, and lets fate have them."""

    def __init__(self) -> None:
        self.reached: Counter[str] = Counter()
        self._fate: Fate | None = None
        self._place_count = 0
        self._running: Process | None = None
        self._act: greenlet | None = None
        self._scheduler = getcurrent()

    def run(self, process: Process, act: Callable[[], object], fate: Fate | None) -> str:
        """Run an act to its end, or to its fate; say which."""
        if process.stopped is not None:
            raise AssertionError(f"{process.name} is stopped")
        self._place_count, self._fate = 0, fate
        return self._switch(process, greenlet(act))

    def go_on(self, process: Process, fate: Fate | None) -> str:
        """Let a stopped one go on."""
        self._place_count, self._fate = 0, fate
        act, process.stopped = process.stopped, None
        if act is None:
            raise AssertionError(f"{process.name} is not stopped")
        return self._switch(process, act)

    def kill(self, process: Process) -> None:
        """Kill a stopped one."""
        act, process.stopped = process.stopped, None
        self._fate = None
        if act is not None:
            self._switch(process, act, kill=True)
        process.forget()

    def place(self, name: str) -> None:
        """Come to a place. Told by the network, and by the fault points of the code."""
        self.reached[name] += 1
        self._place_count += 1
        fate = self._fate
        if fate is None or self._place_count < fate.place or getcurrent() is self._scheduler:
            return
        if fate.kind == "stop" and (getcurrent() is not self._act or connection.in_atomic_block):
            # One connection serves all: whoever stops holds no transaction, and is no thread that reads ahead. The next
            # place will do.
            return
        self._fate = None
        self._meet(fate, name)

    def _meet(self, fate: Fate, name: str) -> None:
        if self._running is not None:
            self._running.where = name
        if fate.kind == "kill":
            raise SimulatedKill(name)
        if fate.kind == "fail":
            raise faults.FaultInjected(name)
        self._scheduler.switch("stopped")

    def _switch(self, process: Process, act: greenlet, *, kill: bool = False) -> str:
        self._running, self._act = process, act
        SILENCE._silent, once._READINGS, MEMORY.__dict__ = process.silent, process.readings, process.heart
        try:
            said = act.throw(SimulatedKill) if kill else act.switch()
        except SimulatedKill:
            where = process.where
            process.forget()
            process.where = where
            return "killed"
        finally:
            self._running = self._act = None
        if act.dead:
            return "done"
        process.stopped = act
        return str(said)


@contextmanager
def at_every_point(place: Callable[[str], None]) -> Iterator[None]:
    """Tell of every fault point that the code comes to."""

    def reach(name: str) -> Callable[[], None]:
        return lambda: place(name)

    for name, point in faults.POINTS.items():
        if point.made_by == "code":
            faults.arm(name, reach(name))
    try:
        yield
    finally:
        faults.disarm()
