"""Who is about to ask for money looks first, beats where no worker does, and needs no privilege to do either."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from paydesk.database.identity import system_id
from paydesk.database.transactions import is_postgresql
from paydesk.work.heartbeat.beat import beat, beat_where_no_worker_does
from paydesk.work.heartbeat.look import ALIVE_FOR, look, look_before_charging
from paydesk.work.heartbeat.memory import MEMORY
from paydesk.work.heartbeat.rule import NO_FILE, NOBODY_LOOKED
from paydesk.work.models import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def _look() -> str:
    return look(has_charged=lambda: False)


def _beaten(count: int) -> None:
    for _ in range(count):
        assert beat(now=NOW)


def _number() -> int:
    return Heartbeat.objects.get().number


def test_a_host_without_the_file_asks_for_money_only_while_a_worker_is_alive(heartbeat_file: Path) -> None:
    _beaten(2)
    heartbeat_file.unlink()

    assert look_before_charging(now=NOW + timedelta(seconds=30)) == ""
    assert look_before_charging(now=NOW + ALIVE_FOR) == NOBODY_LOOKED


def test_a_host_whose_file_has_missed_beats_relies_on_a_worker_as_well() -> None:
    """Its own file is far behind, so a restore to any time since then would look right to it."""
    _beaten(2)
    MEMORY.forget()
    Heartbeat.objects.update(number=50)

    assert look_before_charging(now=NOW + timedelta(seconds=30)) == ""
    assert look_before_charging(now=NOW + ALIVE_FOR) == NOBODY_LOOKED


def test_a_press_beats_where_no_worker_does(heartbeat_file: Path) -> None:
    """What was charged without a worker must not be lost in a restore that nobody notices."""
    for now in (NOW, LATER):
        assert look_before_charging(now=now) == ""
        beat_where_no_worker_does(now=now)
    assert (_number(), json.loads(heartbeat_file.read_text())["number"]) == (2, 2)

    look_before_charging(now=LATER + timedelta(seconds=1))
    beat_where_no_worker_does(now=LATER + timedelta(seconds=1))
    assert _number() == 2


def test_a_press_leaves_beating_to_a_worker_that_is_alive() -> None:
    _beaten(1)
    MEMORY.forget()
    beat_where_no_worker_does(now=NOW + timedelta(seconds=30))

    assert _number() == 1


def test_a_press_hides_no_restore_from_the_worker(heartbeat_file: Path) -> None:
    _beaten(2)
    Heartbeat.objects.update(number=1)
    beat_where_no_worker_does(now=LATER)
    heartbeat_file.unlink()
    MEMORY.forget()
    beat_where_no_worker_does(now=LATER)

    assert (_number(), heartbeat_file.exists(), _look()) == (1, False, NO_FILE)


def test_a_file_that_cannot_be_written_stops_no_payment_and_is_said_to_the_worker(
    settings: Any, tmp_path: Path
) -> None:
    settings.PAYDESK_HEARTBEAT_FILE = str(tmp_path / "nowhere" / "heartbeat")
    beat_where_no_worker_does(now=NOW)

    with pytest.raises(FileNotFoundError):
        beat(now=LATER)


@pytest.fixture
def ordinary_role() -> Iterator[None]:
    """A role as hosters give it: it may read and write our tables, and is no superuser."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE paydesk_ordinary")
        cursor.execute("GRANT SELECT, INSERT, UPDATE ON work_heartbeat TO paydesk_ordinary")
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")
            cursor.execute("GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC")
            cursor.execute("DROP OWNED BY paydesk_ordinary")
            cursor.execute("DROP ROLE paydesk_ordinary")


@pytest.mark.parametrize("may_ask", [True, False])
def test_an_ordinary_role_sees_the_timeline_and_the_id_where_it_may(
    request: pytest.FixtureRequest, may_ask: bool
) -> None:
    if not is_postgresql():
        # SQLite knows no roles, and its row keeps an id.
        assert (system_id(), beat(now=NOW)) == ("", True)
        return
    request.getfixturevalue("ordinary_role")
    with connection.cursor() as cursor:
        if not may_ask:
            cursor.execute("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
        cursor.execute("SET ROLE paydesk_ordinary")
    _beaten(2)

    row = Heartbeat.objects.get()
    assert (row.timeline >= 1, bool(row.database_id), _look()) == (True, may_ask, "")
