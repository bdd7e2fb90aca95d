"""The heartbeat: the database first and the file after it, whatever is killed, and looked at before money moves."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from paydesk.database.transactions import is_postgresql
from paydesk.work.heartbeat import beat as beats
from paydesk.work.heartbeat.beat import accept, beat, remember
from paydesk.work.heartbeat.look import know_file, look, look_before_charging
from paydesk.work.heartbeat.memory import MEMORY
from paydesk.work.heartbeat.rule import (
    ANOTHER_DATABASE,
    ANOTHER_TIMELINE,
    BEHIND,
    NO_FILE,
    NO_TRACE,
    REPLACED,
    WENT_BACK,
    Beat,
)
from paydesk.work.models import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


class Killed(BaseException):
    """No code of ours catches it, as none outlives SIGKILL."""


def _look(*, has_charged: bool = False) -> str:
    return look(has_charged=lambda: has_charged)


def _beaten(count: int) -> None:
    for _ in range(count):
        assert beat(now=NOW)


def _number() -> int:
    return Heartbeat.objects.get().number


def _in_file(file: Path) -> Any:
    return json.loads(file.read_text())


def _put_back(number: int) -> None:
    Heartbeat.objects.update(number=number)


def _start_again() -> None:
    MEMORY.forget()


def test_the_first_beats_leave_the_same_in_the_database_and_outside(heartbeat_file: Path) -> None:
    assert _look() == ""
    _beaten(3)
    row = Heartbeat.objects.get()

    assert (row.number, row.beat_at) == (3, NOW)
    assert _in_file(heartbeat_file) == {
        "number": 3,
        "database_id": row.database_id,
        "timeline": row.timeline,
    }
    assert (len(row.database_id) >= 15, row.timeline >= 1) == (True, is_postgresql())
    assert (_look(), look_before_charging(now=LATER)) == ("", "")


def test_money_without_any_heartbeat_is_a_backup_of_the_time_before_it() -> None:
    assert _look(has_charged=True) == NO_TRACE
    # A customer's press cannot know it; the worker, which comes before any charge that is due, can.
    assert look_before_charging(now=NOW) == ""


def test_a_database_that_went_back_beats_no_more(heartbeat_file: Path) -> None:
    _beaten(5)
    _start_again()
    _put_back(2)

    assert (_look(), look_before_charging(now=NOW), beat(now=LATER)) == (BEHIND, BEHIND, False)
    assert (_number(), Heartbeat.objects.get().beat_at, _in_file(heartbeat_file)["number"]) == (2, NOW, 5)


def test_a_process_that_runs_remembers_even_when_the_file_is_put_back_as_well(heartbeat_file: Path) -> None:
    _beaten(2)
    old = heartbeat_file.read_bytes()
    _beaten(3)
    _put_back(2)
    heartbeat_file.write_bytes(old)

    assert (_look(), look_before_charging(now=NOW), beat(now=LATER)) == (WENT_BACK, WENT_BACK, False)


@pytest.mark.parametrize("torn", [None, "", "{", '{"number": 1}', "[]", '{"number": {}, "timeline": 0}'])
def test_a_file_that_is_lost_or_makes_no_sense_is_missing(heartbeat_file: Path, torn: str | None) -> None:
    _beaten(2)
    if torn is None:
        heartbeat_file.unlink()
    else:
        heartbeat_file.write_text(torn)

    assert _look() == NO_FILE


def test_another_database_and_another_timeline_are_noticed_in_the_file(heartbeat_file: Path) -> None:
    _beaten(1)
    mine = _in_file(heartbeat_file)
    heartbeat_file.write_text(json.dumps(mine | {"database_id": "another"}))
    assert (_look(), look_before_charging(now=NOW)) == (ANOTHER_DATABASE, ANOTHER_DATABASE)

    Heartbeat.objects.update(timeline=4)
    if is_postgresql():
        heartbeat_file.write_text(json.dumps(mine | {"timeline": 4}))
    else:
        heartbeat_file.write_text(json.dumps(mine | {"timeline": 5}))
    assert (_look(), look_before_charging(now=NOW)) == (ANOTHER_TIMELINE, ANOTHER_TIMELINE)


def test_a_file_in_the_place_of_the_one_that_is_open_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections that are open go on with the old file, whose number is right."""
    know_file()
    _beaten(1)
    monkeypatch.setattr("paydesk.work.heartbeat.look.file_number", lambda: -7)

    assert (_look(), look_before_charging(now=NOW)) == (REPLACED, REPLACED)


def test_killed_between_database_and_file_is_no_restore(
    heartbeat_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _beaten(2)
    with monkeypatch.context() as patched:
        patched.setattr(beats, "remember", _kill)
        with pytest.raises(Killed):
            beat(now=LATER)
    _start_again()

    assert (_number(), _in_file(heartbeat_file)["number"], _look()) == (3, 2, "")
    _beaten(1)
    assert (_number(), _in_file(heartbeat_file)["number"]) == (4, 4)


def test_a_commit_that_is_not_acknowledged_never_reaches_the_file(
    heartbeat_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _beaten(1)

    def lose(_: object) -> None:
        raise OperationalError("the connection was lost")

    with monkeypatch.context() as patched:
        patched.setattr(beats, "in_transaction", lose)
        with pytest.raises(OperationalError):
            beat(now=LATER)

    assert (_in_file(heartbeat_file)["number"], _look()) == (1, "")


def test_killed_while_the_file_is_written_leaves_the_old_one_whole(
    heartbeat_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _beaten(1)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", _kill)
        with pytest.raises(Killed):
            beat(now=LATER)

    assert (_in_file(heartbeat_file)["number"], _look()) == (1, "")


def test_a_database_that_is_put_back_between_commit_and_file_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _beaten(3)

    def put_back_first(beaten: Any) -> None:
        _put_back(3)
        remember(beaten)

    with monkeypatch.context() as patched:
        patched.setattr(beats, "remember", put_back_first)
        beat(now=LATER)
    _start_again()

    assert _look() == BEHIND


def test_what_is_accepted_goes_on_above_all_that_was_seen_and_is_noticed_once(heartbeat_file: Path) -> None:
    _beaten(5)
    _put_back(2)
    heartbeat_file.write_text(json.dumps(_in_file(heartbeat_file) | {"number": 9, "database_id": "another"}))
    assert _look() == BEHIND
    remember(accept(now=LATER))

    assert (_number(), _in_file(heartbeat_file)["number"], _look()) == (10, 10, "")
    _start_again()
    assert (_look(), beat(now=LATER)) == ("", True)


def test_the_slower_of_two_workers_takes_nothing_back_in_the_file(heartbeat_file: Path) -> None:
    _beaten(3)
    remember(Beat(number=2))

    assert _in_file(heartbeat_file)["number"] == 3


def _kill(*_: object) -> None:
    raise Killed
