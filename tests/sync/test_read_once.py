"""Threads that have events about one object in hand read it once for all that were taken before it was read."""

from __future__ import annotations

import threading
import time

import pytest

from paydesk.sync.readings import once
from paydesk.sync.readings.once import read_once

SECONDS = 10


class Company:
    """Answers a reading when it is let."""

    def __init__(self) -> None:
        self.reads = 0
        self.is_asked = threading.Event()
        self.may_answer = threading.Event()

    def read(self) -> None:
        self.reads += 1
        self.is_asked.set()
        assert self.may_answer.wait(SECONDS)


def _in_thread(company: Company, key: str = "bill") -> threading.Thread:
    thread = threading.Thread(
        target=read_once, args=(key, company.read), kwargs={"taken_at": time.monotonic_ns()}
    )
    thread.start()
    return thread


def test_events_that_come_during_a_reading_share_the_next_one() -> None:
    company = Company()
    first = _in_thread(company)
    assert company.is_asked.wait(SECONDS)
    others = [_in_thread(company) for _ in range(15)]
    company.may_answer.set()
    for thread in (first, *others):
        thread.join(SECONDS)

    assert company.reads == 2


def test_an_event_that_is_taken_after_a_reading_is_read_for() -> None:
    company = Company()
    company.may_answer.set()
    for _ in range(3):
        _in_thread(company).join(SECONDS)

    assert company.reads == 3


def test_a_reading_that_failed_is_none() -> None:
    company = Company()
    company.may_answer.set()

    def fail() -> None:
        assert company.is_asked.wait(SECONDS)
        raise ConnectionError

    taken_at = time.monotonic_ns()
    company.is_asked.set()
    with pytest.raises(ConnectionError):
        read_once("bill", fail, taken_at=taken_at)
    read_once("bill", company.read, taken_at=taken_at)

    assert company.reads == 1


def test_nothing_is_remembered_when_nobody_is_there() -> None:
    company = Company()
    company.may_answer.set()
    _in_thread(company, "another").join(SECONDS)

    assert once._READINGS == {}
