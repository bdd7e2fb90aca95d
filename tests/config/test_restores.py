"""A backup is restored, with real processes: the worker notices before it charges anything, and says so."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from paydesk.database.transactions import is_postgresql
from paydesk.kit import clock
from paydesk.work.heartbeat.beat import beat
from tests import builders
from tests.config.restorable import Installed, installed, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
WAITS = "Charging waits: the database is behind its heartbeat file"


@pytest.fixture
def shop(tmp_path: Path, heartbeat_file: Path) -> Iterator[Installed]:
    """Two connections, one beat, and a backup that was taken then."""
    builders.connection(builders.merchant("kiln"), name="Memberships")
    builders.connection(builders.merchant("wool"), name="Shop")
    beat(now=clock.wall_now())
    with installed(tmp_path) as running:
        shutil.copy(heartbeat_file, running.heartbeat)
        running.back_up()
        yield running


def _assert_held(shop: Installed) -> None:
    assert [(hold["merchant"], hold["connection"], hold["kind"]) for hold in shop.holds()] == [
        ("kiln", "Memberships", "restore"),
        ("wool", "Shop", "restore"),
    ]


def test_a_restore_while_nothing_runs_is_noticed_when_a_worker_starts_and_once(shop: Installed) -> None:
    with shop.worker() as worker:
        assert "Charging waits" not in worker.printed()
    shop.restore()
    with shop.worker() as worker:
        wait_for(lambda: WAITS in worker.printed(), worker)
    _assert_held(shop)

    with shop.worker() as worker:
        assert "Charging waits" not in worker.printed()


def test_a_restore_under_a_worker_that_runs_is_noticed_by_its_next_beat(shop: Installed) -> None:
    with shop.worker() as worker:
        shop.restore()
        wait_for(lambda: WAITS in worker.printed(), worker)
    _assert_held(shop)


def test_a_file_that_is_moved_into_the_place_of_the_open_one_ends_the_worker(shop: Installed) -> None:
    if is_postgresql():
        return  # Its files are its own.
    with shop.worker() as worker:
        shop.move_backup_into_place()
        wait_for(lambda: "has to be started again" in worker.printed(), worker)
        assert worker.process.wait() == 1
    with shop.worker() as worker:
        wait_for(lambda: WAITS in worker.printed(), worker)
    _assert_held(shop)


def test_a_worker_without_a_place_for_its_file_refuses_to_start(shop: Installed) -> None:
    nowhere = Installed(folder=shop.folder / "nowhere", url=shop.url)
    refused = nowhere.run("worker")

    assert (refused.returncode, "Set PAYDESK_HEARTBEAT_FILE" in refused.stderr) == (1, True)


def test_after_a_lost_file_a_person_may_release_on_postgresql_alone(shop: Installed) -> None:
    shop.heartbeat.unlink()
    with shop.worker() as worker:
        wait_for(lambda: "Charging waits: the heartbeat file is missing" in worker.printed(), worker)
    assert "compared" in shop.run("release", "--merchant", "kiln").stderr
    released = shop.run("release", "--merchant", "kiln", "--compared-by-hand", "--by", "Mara")

    if is_postgresql():
        assert (released.returncode, [hold["merchant"] for hold in shop.holds()]) == (0, ["wool"])
    else:
        assert "Nobody can release it by hand" in released.stderr
        _assert_held(shop)
