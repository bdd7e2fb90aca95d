"""A restore with real processes: a worker notices, compares and goes on; killed, and beside one that was stopped."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from paydesk.database.transactions import is_postgresql
from paydesk.kit import clock
from paydesk.sync.compare.look import found_again
from paydesk.sync.models import Comparison
from paydesk.work.models import WorkerLease
from tests.config.restorable import PAYDESK, SECONDS_AT_MOST, Installed, wait_for
from tests.processes import Running, running_process
from tests.simulator import Simulator
from tests.sync.compare.studio import Studio, backup, half_charged, inside, studio

pytestmark = pytest.mark.django_db(transaction=True)
NOTICED = "Charging waits: the database is behind its heartbeat file"


def _be_behind(kept: Installed) -> None:
    """The heartbeat file is as the lost database left it."""
    shutil.copy(settings.PAYDESK_HEARTBEAT_FILE, kept.heartbeat)


def _hurry(scene: Studio, kept: Installed) -> None:
    with inside(kept):
        scene.hurry_comparison()


def _comparison(scene: Studio, kept: Installed) -> Comparison:
    with inside(kept):
        return scene.comparison()


def _wait_for_release(scene: Studio, kept: Installed, worker: Running) -> None:
    try:
        wait_for(lambda: _comparison(scene, kept).state == "released", worker)
    except AssertionError as late:
        row = _comparison(scene, kept)
        claimed = f"claimed {row.fence} times until {row.lease_until}"
        said = f"{row.state}, due {row.due_at}, {claimed}: {row.trouble}"
        raise AssertionError(f"{said}\n{late}") from late


def _charge_count(scene: Studio) -> int:
    return len(scene.moved())


def test_a_worker_on_a_restored_database_holds_compares_and_goes_on_by_itself(
    simulator: Simulator, tmp_path: Path
) -> None:
    clay = half_charged(simulator)
    with backup(tmp_path) as kept:
        clay.be_busy()
        charged_count = _charge_count(clay)
        _be_behind(kept)
        with kept.worker() as worker:
            wait_for(lambda: NOTICED in worker.printed(), worker)
            [hold] = kept.holds()
            assert "It is compared with the company from" in hold["comparison"]
            assert _charge_count(clay) == charged_count
            _hurry(clay, kept)
            _wait_for_release(clay, kept, worker)
            # What nobody had charged before is charged by the run, which goes on by itself.
            with inside(kept):
                clay.bring_back()
            wait_for(lambda: _charge_count(clay) == charged_count + 2, worker)
            with inside(kept):
                wait_for(lambda: len(clay.charged()) == charged_count + 2, worker)
        with inside(kept):
            clay.assert_books_are_the_company_s()
            assert (clay.is_held(), clay.doubts()) == (False, [])


def test_a_worker_that_is_killed_while_it_compares_goes_on_where_it_was(
    simulator: Simulator, tmp_path: Path
) -> None:
    clay = studio(simulator)
    clay.open_for_many(customers=45, agreements_each=1)
    with backup(tmp_path) as kept:
        clay.run()
        moved = clay.moved()
        _be_behind(kept)
        # The company's events would lead to the same attempts, beside the comparison.
        clay.account.fault("lost_before", operation="event.list", times=1_000)
        with kept.worker(PAYDESK_FAULTS="F14:kill:25") as worker:
            wait_for(lambda: NOTICED in worker.printed(), worker)
            _hurry(clay, kept)
            assert worker.process.wait(SECONDS_AT_MOST) == -signal.SIGKILL
        killed = _comparison(clay, kept)
        assert (killed.customers_count, killed.customers_total) == (20, 45)
        clay.account.no_faults()
        _let_leases_end(clay, kept)
        with kept.worker() as worker:
            _wait_for_release(clay, kept, worker)
        with inside(kept):
            row = clay.comparison()
            assert (row.customers_count, found_again(row)[0]) == (45, 45)
            clay.assert_books_are_the_company_s()
        assert clay.moved() == moved


@pytest.mark.parametrize(
    "is_late", [False, True], ids=["while charging is held", "after it was charged again"]
)
def test_an_ask_that_was_on_its_way_when_the_database_was_replaced_moves_money_once(
    simulator: Simulator, tmp_path: Path, is_late: bool
) -> None:
    clay = studio(simulator)
    clay.start()
    with backup(tmp_path) as kept:
        kept.back_up()
        with _stopped_before_it_confirms(kept) as stopped:
            kept.restore()
            with kept.worker() as worker:
                wait_for(lambda: NOTICED in worker.printed(), worker)
                if not is_late:
                    stopped.send_signal(signal.SIGCONT)
                    wait_for(lambda: _charge_count(clay) == 1, worker)
                _hurry(clay, kept)
                _wait_for_release(clay, kept, worker)
                with inside(kept):
                    clay.bring_back()
                    wait_for(lambda: clay.states()[0] == "paid", worker)
                if is_late:
                    stopped.send_signal(signal.SIGCONT)
                    time.sleep(3)
        assert _charge_count(clay) == 1
        with inside(kept):
            clay.assert_books_are_the_company_s()


def _let_leases_end(scene: Studio, kept: Installed) -> None:
    """Let as much time go by as the leases of a killed worker last."""
    with inside(kept):
        Comparison.objects.filter(merchant_id=scene.merchant.id).update(lease_until=None)
        WorkerLease.objects.update(until=clock.wall_now())


@contextmanager
def _stopped_before_it_confirms(kept: Installed) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker up to the point at which the charge is prepared, and the company has not been told to charge."""
    reached = kept.folder / "reached"
    reached.touch()
    faults = {"PAYDESK_FAULTS": "F07:sleep_6000:1", "PAYDESK_FAULTS_REACHED": str(reached)}
    with running_process([PAYDESK, "worker"], environment=kept.environment() | faults) as worker:
        wait_for(lambda: "F07" in reached.read_text(), worker)
        _stop_outside_of_transactions(worker, kept)
        yield worker.process
        worker.process.send_signal(signal.SIGCONT)


def _stop_outside_of_transactions(worker: Running, kept: Installed) -> None:
    """Nobody can write SQLite's file while a process stands still that is about to.

    The signal is sent before it is obeyed: what a thread does in between counts, so that all of them have to stand.
    """
    while True:
        worker.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, worker.process.pid, os.WSTOPPED)
        if is_postgresql() or _can_be_written(kept):
            return
        worker.process.send_signal(signal.SIGCONT)
        time.sleep(0.01)


def _can_be_written(kept: Installed) -> bool:
    file = kept.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as look:
        try:
            look.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        look.execute("ROLLBACK")
        return True
