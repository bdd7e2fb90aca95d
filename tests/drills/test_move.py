"""A slice of the drill of moves: killed where it hurts, each period is paid once, on one side."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.installation import database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]


def drilled(*options: str) -> dict[str, Any]:
    """Run a part of the drill as `bin/drill move` does, and give what it says."""
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.drills.move.drill", *options],
        cwd=ROOT,
        env=os.environ | {"PAYDESK_DATABASE_URL": database_url(), "PYTHONPATH": str(ROOT / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )
    told: dict[str, Any] = json.loads(ended.stdout)
    assert ended.returncode == (1 if told["wrong"] else 0), ended.stderr
    return told


def test_killed_anywhere_each_period_is_paid_once_on_one_side() -> None:
    told = drilled("--kind", "kills", "--flow", "dates", "--flow", "decline", "--every", "150")

    assert told["wrong"] == []
    assert told["kills"] >= 3
    assert told["not_reached"] == ["M01"]


def test_the_drill_notices_a_move_that_does_not_hold_the_old_one() -> None:
    told = drilled("--kind", "none", "--flow", "pending", "--plant", "not held")

    assert told["wrong"] != []
