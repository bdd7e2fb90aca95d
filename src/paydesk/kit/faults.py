"""Stop at a named point of the code, where a drill wants to see what a kill or a failure there does.

A point costs a look at one name while no drill is on. A drill arms its processes from outside: `F07:kill:2` kills the
process that comes to F07 for the second time. What was reached is written down first, so that a killed process has told
it. Points that no code comes to are conditions, which the drill makes and reports by itself.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Literal

Act = Callable[[], None]


class FaultInjected(RuntimeError):
    """What the act `raise` raises: nobody expects it, as nobody expects what it stands for."""


class FaultsRefused(ValueError):
    """A drill names a point or an act that does not exist. The words are for whoever wrote the drill."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """What is true at a point, and whether the code comes to it or the drill makes it so."""

    words: str
    made_by: Literal["code", "drill"]


def fault(name: str) -> None:
    """Mark a point in the code: nothing happens, unless a drill has armed this process or watches it."""
    # The look is what a point costs; the loop lets another thread end the drill in between.
    if _on:
        for drill in _on:
            drill.reach(name)


def arm(name: str, act: Act) -> None:
    """Do something each time that a point is reached, in this process; a point can have several acts."""
    _known(name)
    _begun().arm(name, act)


def arm_from(text: str, *, reached_file: str = "") -> None:
    """Arm this process as the environment says: `F07:kill:2,W05:raise:1`, each a point, an act and which time.

    The acts are kill, stop (until somebody says SIGCONT), raise, and sleep_250 for a quarter of a second. The name of
    every point that is reached goes into the file as a line of its own. Raises FaultsRefused, and then arms nothing.
    """
    orders = [_order(word.strip()) for word in text.split(",") if word.strip()]
    if reached_file:
        file = _appending_to(reached_file)
        _begun().write_to(file)
    for name, act in orders:
        arm(name, act)


def watch() -> None:
    """Count from now on what is reached in this process. It arms nothing, and leaves what is armed as it is."""
    _begun().counted = Counter()


def reached() -> Counter[str]:
    """Give how often each point was reached since `watch`."""
    return Counter(_on[0].counted) if _on else Counter()


def disarm() -> None:
    """End the drill in this process: nothing is armed, counted or written down any more."""
    while _on:
        _on.pop().close()


class _Drill:
    """What is armed in this process, what was counted, and where it is written down."""

    def __init__(self) -> None:
        self.counted: Counter[str] | None = None
        self._acts: dict[str, list[Act]] = {}
        self._file: int | None = None
        self._lock = threading.Lock()

    def arm(self, name: str, act: Act) -> None:
        self._acts.setdefault(name, []).append(act)

    def write_to(self, file: int) -> None:
        self.close()
        self._file = file

    def reach(self, name: str) -> None:
        _known(name)
        if self._file is not None:
            # Several processes and threads append to one file: one write each, and no line is torn.
            os.write(self._file, f"{name}\n".encode())
        if self.counted is not None:
            with self._lock:
                self.counted[name] += 1
        for act in self._acts.get(name, ()):
            act()

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file = None


#: The drill that is on in this process, or none.
_on: list[_Drill] = []


def _begun() -> _Drill:
    if not _on:
        _on.append(_Drill())
    return _on[0]


def _appending_to(path: str) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as bad:
        raise FaultsRefused(f"{path!r} cannot be written to.") from bad


def _known(name: str) -> str:
    if name not in POINTS and name not in POINTS_OF_MOVES:
        raise FaultsRefused(f"There is no fault point {name!r}.")
    return name


def _order(word: str) -> tuple[str, Act]:
    name, act_name, occurrence = [*word.split(":"), "", ""][:3]
    act = _act(act_name, at=_known(name))
    if word.count(":") != 2 or act is None or not occurrence.isdecimal() or int(occurrence) < 1:
        raise FaultsRefused(f"{word!r} is no fault to inject: it has to read like F07:kill:2.")
    return name, _at_the(int(occurrence), act)


def _act(name: str, *, at: str) -> Act | None:
    milliseconds = name.removeprefix("sleep_")
    if milliseconds != name and milliseconds.isdecimal():
        return partial(time.sleep, int(milliseconds) / 1000)
    # `raise_signal` hits the thread that is at the point. One sent to the process could be taken by another thread,
    # while this one goes on a little.
    return {
        "kill": partial(signal.raise_signal, signal.SIGKILL),
        "stop": partial(signal.raise_signal, signal.SIGSTOP),
        "raise": partial(_raise, at),
    }.get(name)


def _at_the(occurrence: int, act: Act) -> Act:
    times = count(1)

    def act_once() -> None:
        if next(times) == occurrence:
            act()

    return act_once


def _raise(at: str) -> None:
    raise FaultInjected(f"A drill asked for this at {at}.")


def _code(words: str) -> Point:
    return Point(words=words, made_by="code")


def _made(words: str) -> Point:
    return Point(words=words, made_by="drill")


POINTS: Mapping[str, Point] = {
    # Charges.
    "F01": _code("A payment is due, and nobody has claimed it."),
    "F02": _code("The payment is claimed, in a transaction that is still open."),
    "F03": _code("The attempt is written, in a transaction that is still open."),
    "F04": _code("The attempt is committed, and the company has not been asked."),
    "F05": _code("The company has made the charge's object, and its answer is not read."),
    "F06": _code("The object's reference is known to this process alone."),
    "F07": _code("The reference is committed, and the company has not been told to charge."),
    "F08": _made("The connection is reset before the company has acted."),
    "F09": _made("The connection is reset after the company has acted."),
    "F10": _made("The company acts, and then answers with an error of its own."),
    "F11": _made("The company acts only after we have stopped waiting for it."),
    "F12": _made("The company is busy: a conflict, too many requests, or an object that is locked."),
    "F13": _code("The company's answer is known to this process alone."),
    "F14": _code("The attempt's outcome is written, in a transaction that is still open."),
    "F15": _code("The ledger's entries are written, in a transaction that is still open."),
    "F16": _code("The event is in the outbox, in a transaction that is still open."),
    "F17": _code("All is committed, and the letter with the receipt has not been sent."),
    "F18": _code("The letter is sent, and that it was is not committed."),
    # Webhooks.
    "W01": _code("A webhook is verified, and nothing is stored."),
    "W02": _code("The webhook is stored, in a transaction that is still open."),
    "W03": _code("The webhook is committed, and the company has no answer."),
    "W04": _code("The company has its answer, and nobody has begun to work the webhook off."),
    "W05": _code("What follows from the webhook is written, in a transaction that is still open."),
    "W06": _code("What follows is committed, and that the webhook is done is not."),
    "W07": _made("The same webhook comes several times at once."),
    "W08": _made("Webhooks come in another order than things happened."),
    "W09": _made("A webhook overtakes the answer to our own request."),
    "W10": _made("A webhook is about an object that we do not know, after a restore perhaps."),
    "W11": _made("A webhook is older than its signature may be."),
    "W12": _made("A webhook's signature is forged or broken, or made with a secret that was replaced."),
    "W13": _made("A webhook is signed with another merchant's secret."),
    "W14": _made("Ten thousand webhooks come in one burst."),
    # The database.
    "D01": _made("The database drops the connection in the middle of a transaction."),
    "D02": _code("A COMMIT went through, and its acknowledgement is not read."),
    "D03": _made("The database is stopped at once, and recovers."),
    "D04": _made("The database is an older one: a failover lost its tail, or a backup was restored."),
    "D05": _made("A transaction is the victim of a deadlock or cannot be serialised."),
    "D06": _made("The disk of the database's log is full."),
    "D07": _made("A lock or a statement takes longer than it may."),
    "D08": _made("No connection is left in the pool."),
    "D09": _made("The database takes no writes."),
    # Clocks.
    "C01": _made("The clock is put forward, by an hour or by a day."),
    "C02": _made("The clock is put back by an hour."),
    "C03": _made("The merchant's zone leaves an hour out or has one twice."),
    "C04": _made("It is 29 February, or the end of a month that is shorter than the anchor's."),
    "C05": _made("Our clock and the company's are further apart than a signature may be old."),
    "C06": _made("Our clock and the database's are ten minutes apart."),
    # Processes.
    "P01": _made("A process is killed, at each point of the code in turn."),
    "P02": _made("A worker is stopped for longer than its lease, and then goes on."),
    "P03": _made("A process is asked to end, and finishes what is at hand."),
    "P04": _made("A process is killed for want of memory."),
    "P05": _made("Two workers want the same payment."),
    "P06": _made("The timetable runs twice."),
    "P07": _made("Old and new code run side by side."),
    "P08": _made("The tables are migrated in the middle of a run."),
    "P09": _made("The disk of logs and temporary files is full."),
    # People.
    "U01": _made("A customer presses twice."),
    "U02": _made("A customer presses in two tabs."),
    "U03": _made("A customer pays by hand what the charge run is collecting."),
    "U04": _made("A customer changes the card while a charge is under way."),
    "U05": _made("The agreement is cancelled while a charge is under way."),
    "U06": _made("Staff refund while a charge is under way."),
    "U07": _made("The plan is changed while a charge is under way."),
    "U08": _made("The merchant replaces its keys in the middle of a run."),
}

#: The points of a move of a subscription (`bin/drill move`); those of the money drill know nothing of it.
POINTS_OF_MOVES: Mapping[str, Point] = {
    "M01": _code("The move and its new agreement are written, in a transaction that is still open."),
    "M02": _code("The old one is to be held, in a transaction that is still open."),
    "M03": _code("That is committed, and its company has not been asked to hold it."),
    "M04": _code("Its company holds it, and that is known to this process alone."),
    "M05": _code("The new one begins, in a transaction that is still open."),
    "M06": _code("That is committed, and nobody has asked for the first payment."),
    "M07": _code("The first payment is seen to be made, in a transaction that is still open."),
    "M08": _code("That is committed, and the old one's company has not been asked to end it."),
    "M09": _code("Its company has ended it, and that is known to this process alone."),
    "M10": _code("The move is done, in a transaction that is still open."),
    "M11": _code("The old one is to go on, in a transaction that is still open."),
    "M12": _code("That is committed, and its company has not been asked to let it go on."),
    "M13": _code("Its company lets it go on, and that is known to this process alone."),
    "M14": _code("The move has come to nothing, in a transaction that is still open."),
}
