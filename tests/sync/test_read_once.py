"""Threads that have events about one object in hand read it once for all that were stored before it was read."""

from __future__ import annotations

import threading
from collections import OrderedDict

import pytest

from paydesk.sync.readings import once
from paydesk.sync.readings.once import read_once

SECONDS = 10


class Company:
    """Answers a reading when it is let."""

    def __init__(self) -> None:
        self.reads = 0
        self.told = 0
        self.is_asked = threading.Event()
        self.may_answer = threading.Event()

    def read(self) -> None:
        self.reads += 1
        self.is_asked.set()
        assert self.may_answer.wait(SECONDS)

    def tell(self) -> int:
        """Have one more event stored, and give its row."""
        self.told += 1
        return self.told

    def newest(self) -> int:
        return self.told


def _in_thread(company: Company, key: str) -> threading.Thread:
    thread = threading.Thread(
        target=read_once,
        args=(key, company.read),
        kwargs={"row_id": company.tell(), "newest_row_id": company.newest},
    )
    thread.start()
    return thread


def test_events_that_come_during_a_reading_share_the_next_one() -> None:
    company = Company()
    first = _in_thread(company, "shared")
    assert company.is_asked.wait(SECONDS)
    others = [_in_thread(company, "shared") for _ in range(15)]
    company.may_answer.set()
    for thread in (first, *others):
        thread.join(SECONDS)

    assert company.reads == 2


def test_an_event_that_is_stored_after_a_reading_is_read_for() -> None:
    company = Company()
    company.may_answer.set()
    for _ in range(3):
        _in_thread(company, "told again").join(SECONDS)

    assert company.reads == 3


def test_an_event_that_was_stored_before_a_reading_has_nothing_to_add_to_it() -> None:
    company = Company()
    company.may_answer.set()
    for row_id in [company.tell() for _ in range(3)]:
        read_once("known", company.read, row_id=row_id, newest_row_id=company.newest)

    assert company.reads == 1


def test_a_reading_that_failed_is_none() -> None:
    company = Company()
    company.may_answer.set()
    row_id = company.tell()

    def fail() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        read_once("failed", fail, row_id=row_id, newest_row_id=company.newest)
    read_once("failed", company.read, row_id=row_id, newest_row_id=company.newest)

    assert company.reads == 1


def test_an_event_that_is_stored_during_a_reading_is_read_for() -> None:
    company = Company()
    company.may_answer.set()
    later = []

    def read() -> None:
        later.append(company.tell())

    read_once("during", read, row_id=company.tell(), newest_row_id=company.newest)
    read_once("during", company.read, row_id=later[0], newest_row_id=company.newest)

    assert company.reads == 1


def test_only_the_objects_that_were_read_last_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "_REMEMBERED", 3)
    monkeypatch.setattr(once, "_READINGS", OrderedDict())
    company = Company()
    company.may_answer.set()
    row_id = company.tell()
    for key in ("a", "b", "c", "a", "d", "a", "b"):
        read_once(key, company.read, row_id=row_id, newest_row_id=company.newest)

    assert list(once._READINGS) == ["d", "a", "b"]
    assert company.reads == 5
