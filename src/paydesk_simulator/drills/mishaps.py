"""Let a fault happen to one request: before it is acted on, after, or instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from paydesk_simulator.clock import pause
from paydesk_simulator.doors.exchange import Answer, Going, as_json, refusal, too_many_requests
from paydesk_simulator.drills.faults import Fault
from paydesk_simulator.refused import Refused

#: Successes that nobody can read, in turn until a fault has lasted: empty, a list, cut short, no JSON at all.
_GARBAGE = (b"{}", b"[]", b'{"id": "ch_', b"<!doctype html><title>Sign in</title>")
_SILENT_SECONDS = 60.0


def play(fault: Fault | None, act: Callable[[], Answer]) -> Answer:
    """Give the answer, or what the fault makes of it."""
    if fault is None:
        return act()
    if fault.kind == "busy":
        return too_many_requests(retry_after_seconds=max(1, fault.milliseconds // 1000))
    mishap, _, moment = fault.kind.rpartition("_")
    if mishap != "half_open":
        pause(fault.milliseconds)
    if fault.kind == "conflict":
        return refusal(Refused(409, "key_in_use", "Another request with this key is under way."))
    if fault.kind == "slow":
        return act()
    is_done = moment == "after"
    return _spoilt(mishap, fault, act() if is_done else as_json({"id": "", "status": ""}), is_done=is_done)


def _spoilt(mishap: str, fault: Fault, answer: Answer, *, is_done: bool) -> Answer:
    if mishap == "half_open":
        seconds = fault.milliseconds / 1000 or _SILENT_SECONDS
        return replace(answer, going=Going.HALF, silent_seconds=seconds)
    if mishap == "garbage":
        return Answer(body=_GARBAGE[-fault.times_left % len(_GARBAGE)])
    if mishap == "error":
        words = "after it was done" if is_done else "and nothing was done"
        return refusal(Refused(500, "broken", f"Something went wrong, {words}."))
    return replace(answer, going=Going(mishap))
