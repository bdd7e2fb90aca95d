"""Threads that have events about one object in hand read it once for all that were stored before it was read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import timedelta

import pytest

from paydesk.sync.readings import once
from paydesk.sync.readings.once import Row, read_once
from tests.builders import at

SECONDS = 10


class Company:
    """Answers a reading when it is let."""

    def __init__(self) -> None:
        self.reads = 0
        self.told = 0
        self.life = at(2027, 1, 1, 0)
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

    def newest(self) -> Row:
        return Row(id=self.told, received_at=self.life + timedelta(seconds=self.told))

    def is_there(self, row: Row) -> bool:
        return row.id <= self.told and row.received_at == self.life + timedelta(seconds=row.id)

    def restore(self, told: int) -> None:
        """Put a backup back, of when only so many events were stored."""
        self.told = told
        self.life += timedelta(days=1)


def _in_thread(company: Company, key: str) -> threading.Thread:
    thread = threading.Thread(
        target=read_once,
        args=(key, company.read),
        kwargs={"row_id": company.tell(), "newest_row": company.newest, "is_there": company.is_there},
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
        read_once("known", company.read, row_id=row_id, newest_row=company.newest, is_there=company.is_there)

    assert company.reads == 1


def test_a_reading_that_failed_is_none() -> None:
    company = Company()
    company.may_answer.set()
    row_id = company.tell()

    def fail() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        read_once("failed", fail, row_id=row_id, newest_row=company.newest, is_there=company.is_there)
    read_once("failed", company.read, row_id=row_id, newest_row=company.newest, is_there=company.is_there)

    assert company.reads == 1


def test_an_event_that_is_stored_during_a_reading_is_read_for() -> None:
    company = Company()
    company.may_answer.set()
    later = []

    def read() -> None:
        later.append(company.tell())

    read_once("during", read, row_id=company.tell(), newest_row=company.newest, is_there=company.is_there)
    read_once("during", company.read, row_id=later[0], newest_row=company.newest, is_there=company.is_there)

    assert company.reads == 1


@pytest.mark.parametrize("others_count", [0, 1, 7], ids=["fewer", "as many", "more"])
def test_after_a_restore_a_number_that_was_there_before_is_another_event(others_count: int) -> None:
    company = Company()
    company.may_answer.set()
    key = f"restored, {others_count}"
    for _ in range(3):
        read_once(
            key, company.read, row_id=company.tell(), newest_row=company.newest, is_there=company.is_there
        )
    company.restore(told=1)

    row_id = company.tell()
    for _ in range(others_count):
        company.tell()
    for _ in range(2):
        read_once(key, company.read, row_id=row_id, newest_row=company.newest, is_there=company.is_there)

    assert company.reads == 4


def test_only_the_objects_that_were_read_last_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "_REMEMBERED", 3)
    monkeypatch.setattr(once, "_READINGS", OrderedDict())
    company = Company()
    company.may_answer.set()
    row_id = company.tell()
    for key in ("a", "b", "c", "a", "d", "a", "b"):
        read_once(key, company.read, row_id=row_id, newest_row=company.newest, is_there=company.is_there)

    assert list(once._READINGS) == ["d", "a", "b"]
    assert company.reads == 5
