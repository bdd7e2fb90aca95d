"""A restore is noticed by the beat, and the holds are there before anything says that the database is accepted."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from paydesk.billing.holds import notice
from paydesk.billing.holds.held import held_because, holds_of
from paydesk.billing.holds.notice import DatabaseReplaced, beat_or_hold
from paydesk.merchants.models import Connection
from paydesk.work.heartbeat import beat as beats
from paydesk.work.heartbeat.look import know_file
from paydesk.work.heartbeat.memory import MEMORY
from paydesk.work.heartbeat.rule import BEHIND, NO_TRACE
from paydesk.work.models import Heartbeat
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)


class Killed(BaseException):
    """No code of ours catches it, as none outlives SIGKILL."""


@pytest.fixture
def account() -> Connection:
    return builders.connection(builders.merchant("kiln"))


@pytest.fixture
def restored(account: Connection) -> Connection:
    """A connection whose database was beaten five times, and put back to the second."""
    for _ in range(5):
        assert _beat() == ""
    Heartbeat.objects.update(number=2)
    MEMORY.forget()
    return account


def _beat(now: datetime = NOW, *, has_charged: bool = False) -> str:
    return beat_or_hold(has_charged=lambda: has_charged, now=now)


def _holds(account: Connection) -> list[str]:
    return [hold.why for hold in holds_of(account.merchant_id)]


def _why(account: Connection) -> str:
    return held_because(merchant_id=account.merchant_id, connection_id=account.id, now=NOW)


def test_a_new_installation_holds_nothing(account: Connection) -> None:
    assert (_beat(), _beat(), _holds(account), Heartbeat.objects.get().number) == ("", "", [], 2)


def test_money_without_any_heartbeat_holds(account: Connection) -> None:
    assert _beat(has_charged=True) == NO_TRACE
    assert (_beat(has_charged=True), _holds(account)) == ("", [NO_TRACE])


def test_a_restore_is_noticed_once_and_holds_until_it_is_released(restored: Connection) -> None:
    assert (_beat(LATER), _beat(LATER), _holds(restored)) == (BEHIND, "", [BEHIND])
    assert _why(restored) == BEHIND
    MEMORY.forget()
    assert (_beat(LATER), _holds(restored)) == ("", [BEHIND])


def _kill(*_: object, **__: object) -> Any:
    raise Killed


def _after(step: Callable[..., object]) -> Callable[..., object]:
    """Do the step, and be killed."""

    def killed(*given: Any, **named: Any) -> object:
        step(*given, **named)
        raise Killed

    return killed


@pytest.mark.parametrize(
    ("place", "name", "is_after"),
    [
        pytest.param(notice, "hold_everything", False, id="before the holds"),
        pytest.param(notice, "hold_everything", True, id="after the holds"),
        pytest.param(notice, "accept", False, id="before the database is accepted"),
        pytest.param(notice, "accept", True, id="before the commit"),
        pytest.param(notice, "remember", False, id="before the file is written"),
        pytest.param(beats, "keep_beat", False, id="while it is written"),
        pytest.param(notice, "remember", True, id="after the file is written"),
    ],
)
def test_no_kill_loses_the_hold(
    restored: Connection, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, is_after: bool
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(place, name, _after(getattr(place, name)) if is_after else _kill)
        with pytest.raises(Killed):
            _beat(LATER)
    MEMORY.forget()
    # Whoever asks right after the kill finds charging held, by the row or by what the file still tells.
    assert _why(restored) == BEHIND
    _beat(LATER)

    assert (_holds(restored), _beat(LATER)) == ([BEHIND], "")


def test_two_workers_that_notice_hold_once(restored: Connection, heartbeat_file: Path) -> None:
    """Each host has a file of its own; the other's is the lower one."""
    mine = heartbeat_file.read_bytes()
    _beat(LATER)
    MEMORY.forget()
    heartbeat_file.write_bytes(mine)

    assert (_beat(LATER), _holds(restored)) == ("", [BEHIND])


def test_a_worker_whose_database_file_was_replaced_ends(
    account: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    know_file()
    _beat()
    monkeypatch.setattr("paydesk.work.heartbeat.look.file_number", lambda: -7)

    with pytest.raises(DatabaseReplaced, match="has to be started again"):
        _beat(LATER)
