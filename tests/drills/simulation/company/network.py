"""The way to the company and back: answers are lost, late or nonsense, and for hours there is nobody."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from paydesk.gateways.contract import GatewayBusy, GatewayRefused, GatewayUnreachable
from tests.drills.simulation.company.company import KeyConflict, NotKnown
from tests.drills.simulation.company.virtual_clock import VirtualClock

Answer = TypeVar("Answer")

#: What a call takes, how long we wait for an answer, and how late an ask may still reach the company.
CALL = timedelta(milliseconds=200)
GIVES_UP_AFTER = timedelta(seconds=20)
LATEST = timedelta(seconds=100)
#: What goes wrong, by how often. The act of a `late` one happens after we have given up.
FAULTS: Mapping[str, float] = {
    "lost_before": 3,
    "lost_after": 4,
    "error": 2,
    "late": 3,
    "busy": 1,
    "garbage": 2,
    "refused": 1,
}
_MOVES_MONEY = ("confirm", "cancel")
_READ = ("list_events", "list_history")


class Nonsense(ValueError):
    """What a gateway raises that has met something nobody thought of."""


class Network:
    """One connection to one company. `places` is told before and after each act, where a process may die or stop."""

    def __init__(self, clock: VirtualClock, chance: Random, *, places: Callable[[str], None]) -> None:
        self._clock = clock
        self._chance = chance
        self._places = places
        self.faulty_share = 0.0
        self.faults: dict[str, float] = dict(FAULTS)
        self.down_until: datetime | None = None
        #: After a restore nobody asks for money before what happened here has been read.
        self.is_to_be_read_first = False
        self.complaints: list[str] = []
        #: What goes wrong with the next calls, before chance has its turn.
        self.next_faults: deque[str] = deque()

    def carry(self, call: str, act: Callable[[], Answer]) -> Answer:
        """Ask, and give the answer, or what becomes of it."""
        self._clock.move(CALL)
        self._places(f"before {call}")
        if call == "prepare" and self.is_to_be_read_first:
            self.complaints.append("money was asked for after a restore, before the company was read")
        fault = self._fault()
        if fault:
            _FAULTS[fault](self, call, act)
        answer = self._act(act)
        self.is_to_be_read_first = self.is_to_be_read_first and call not in _READ
        self._places(f"after {call}")
        return answer

    def is_down(self) -> bool:
        """Say whether nobody answers at all."""
        return self.down_until is not None and self._clock.now < self.down_until

    def _fault(self) -> str:
        if self.is_down():
            return "lost_before"
        if self.next_faults:
            return self.next_faults.popleft()
        if self._chance.random() >= self.faulty_share:
            return ""
        return self._chance.choices(list(self.faults), weights=list(self.faults.values()))[0]

    def _act(self, act: Callable[[], Answer]) -> Answer:
        try:
            return act()
        except KeyConflict as conflict:
            raise GatewayUnreachable(f"the key was used with other wishes: {conflict}") from conflict
        except NotKnown as unknown:
            raise GatewayRefused(f"there is no {unknown}") from unknown

    def lost_before(self, call: str, act: Callable[[], object]) -> None:
        raise GatewayUnreachable("reset")

    def lost_after(self, call: str, act: Callable[[], object]) -> None:
        self._act(act)
        self._places(f"after {call}")
        raise GatewayUnreachable("reset after the act")

    def error(self, call: str, act: Callable[[], object]) -> None:
        if self._chance.random() < 0.5:
            self._act(act)
        raise GatewayUnreachable("500")

    def late(self, call: str, act: Callable[[], object]) -> None:
        """We give up after 20 seconds, and the company hears it within 100: nothing waits on its way for longer."""
        self._clock.put_off(
            GIVES_UP_AFTER + (LATEST - GIVES_UP_AFTER) * self._chance.random(), lambda: _quietly(act)
        )
        self._clock.move(GIVES_UP_AFTER)
        raise GatewayUnreachable("time-out")

    def busy(self, call: str, act: Callable[[], object]) -> None:
        raise GatewayBusy("429", retry_after=timedelta(seconds=self._chance.randint(1, 90)))

    def garbage(self, call: str, act: Callable[[], object]) -> None:
        self._act(act)
        raise Nonsense("<html>")

    def refused(self, call: str, act: Callable[[], object]) -> None:
        """A clear no is no answer to an ask for money (R6)."""
        if call in _MOVES_MONEY:
            raise GatewayUnreachable("400")
        raise GatewayRefused("no")


def _quietly(act: Callable[[], object]) -> None:
    with suppress(KeyConflict, NotKnown):
        act()


_FAULTS: dict[str, Callable[[Network, str, Callable[[], object]], None]] = {
    name: getattr(Network, name) for name in FAULTS
}
