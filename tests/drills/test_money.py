"""A slice of the money drill: killed anywhere, money moves once, and our books agree with the company's."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from tests.drills.money.report import page_of
from tests.drills.money.tally import Done, Tally, code_version, sum_of
from tests.journeys.installation import database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]


def drilled(folder: Path, *options: str, database: str = "") -> Done:
    """Run a part of the drill as `bin/drill` does, and give what it came to."""
    environment = os.environ | {"PAYDESK_DATABASE_URL": database or database_url()}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.drills.money", "--tally", str(folder), *options],
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )
    done = sum_of(Tally(folder, version=code_version()).done().values())
    assert ended.returncode == (1 if done.wrong else 0), ended.stderr
    return done


def test_killed_at_any_point_of_a_flow_money_moves_once(tmp_path: Path) -> None:
    flows = [word for name in ("charge", "pay-off", "webhook", "staff-refund") for word in ("--flow", name)]
    done = drilled(tmp_path, "--tier", "A", *flows, "--every", "89")

    assert done.wrong == []
    assert done.runs >= done.jobs > 5
    assert done.kills > 3


def test_whatever_the_network_does_to_a_call_money_moves_once(tmp_path: Path) -> None:
    done = drilled(tmp_path, "--tier", "B", "--flow", "charge", "--flow", "bill", "--every", "37")

    assert done.wrong == []
    assert done.runs > 5


def test_workers_and_customers_at_once_killed_and_stopped_move_money_once(tmp_path: Path) -> None:
    if connection.vendor == "sqlite":
        # SQLite takes one worker: its lease row, not this drill, sees to that.
        return
    done = drilled(tmp_path, "--tier", "C", "--every", "313")

    assert done.wrong == []
    assert done.runs == 8
    assert done.reached["P05"] > 0


def test_a_database_that_crashes_or_is_restored_loses_and_doubles_no_charge(tmp_path: Path) -> None:
    if connection.vendor == "sqlite":
        return
    done = drilled(tmp_path, "--tier", "D", "--every", "97")

    assert done.wrong == []
    assert (done.reached["D03"], done.reached["D04"]) == (4, 1)


def test_a_restore_of_one_database_stops_no_charge_of_another_in_a_later_year(tmp_path: Path) -> None:
    """A drill that forgot the heartbeat of all with that of the restored one was told that nobody had looked."""
    if connection.vendor == "sqlite":
        return
    tiers = [word for letter in "CDK" for word in ("--tier", letter)]
    some = [word for name in ("0", "restore", "C03") for word in ("--flow", name)]
    done = drilled(tmp_path, *tiers, *some, "--every", "100")

    assert done.wrong == []
    assert (done.runs, done.reached["D04"], done.reached["C03"]) == (3, 1, 1)


def test_what_else_goes_wrong_moves_no_money_twice(tmp_path: Path) -> None:
    if connection.vendor == "sqlite":
        return
    made = ["C03", "D09", "W12", "P04", "P06", "P07", "P08", "U02", "U05", "U08", "W07", "W09"]
    some = [word for name in [*made, "W14", "cancel"] for word in ("--flow", name)]
    done = drilled(tmp_path, "--tier", "K", *some, "--every", "24", "--burst", "400")

    assert done.wrong == []
    # By chance one may not have come about in its one run, on a busy machine: then it is made a few times more.
    for name in [name for name in made if not done.reached[name]]:
        again = drilled(tmp_path / name, "--tier", "K", "--flow", name, "--every", "5")
        assert again.wrong == []
        assert again.reached[name] > 0, name
    assert done.reached["D01"] + done.reached["D05"] + done.reached["D07"] > 0
    # A burst of ten thousand takes long: this one was smaller, and counts for none.
    assert done.reached["W14"] == 0


def test_the_page_says_what_was_done_and_what_was_never_reached() -> None:
    done = Done(jobs=1, runs=2, kills=1, seconds=1.0, reached=Counter({"F07": 20, "F13": 3, "P02": 1}))
    chunk = {"drill": "simulation", "runs": 1000, "steps": 9000, "failed_seeds": []}

    page = page_of({"A charge peace": done}, [chunk], version="0123")

    assert "| A | SIGKILL" in page
    assert "no charge was made twice" in page
    assert "1,000 runs of 9,000 steps, 0 that broke a promise" in page
    missed = page.partition("Fewer than 20 times: ")[2].partition(".")[0].split(", ")
    assert "F13" in missed
    assert "F07" not in missed
    assert "P02" in missed


def test_what_was_done_adds_up_to_a_row_for_each_tier_and_is_not_done_again(tmp_path: Path) -> None:
    tally = Tally(tmp_path, version=code_version())
    for job in ("A charge peace", "A webhook peace", "K W12 3"):
        tally.add(job, Done(jobs=1, runs=2, kills=1, seconds=1.5, reached=Counter({"F07": 3})))
    before = sum_of(tally.done().values())

    tally.sum_up()

    assert [(name, done.runs) for name, done in tally.done().items()] == [("A", 4), ("K", 2)]
    assert sum_of(tally.done().values()) == before
    assert drilled(tmp_path, "--tier", "K") == before
