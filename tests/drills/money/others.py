"""Run the simulation and the planted bugs as parts of a full drill: in chunks, each kept once it is done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.drills.money.tally import ROOT

SEEDS, CHUNK = 100_000, 1_000
Figures = dict[str, Any]


class Others:
    """What other drills have printed about one version of the code; one line of JSON for each chunk."""

    def __init__(self, folder: Path, *, version: str) -> None:
        self._file = folder / f"{version}.others.jsonl"

    def run(self, *, lanes: int) -> None:
        """Run what is left, so many at once."""
        with ThreadPoolExecutor(lanes) as pool:
            for figures in pool.map(_figures, self._left()):
                self._keep(figures)

    def lines(self) -> list[Figures]:
        """Give what is there."""
        lines = self._file.read_text().splitlines() if self._file.exists() else []
        return [json.loads(line) for line in lines if line.endswith("}")]

    def _left(self) -> Iterator[list[str]]:
        done = {(line["drill"], line.get("from", 0)) for line in self.lines()}
        if ("planted", 0) not in done:
            yield ["tests.drills.planted.drill"]
        for first in range(0, SEEDS, CHUNK):
            if ("simulation", first) not in done:
                yield ["tests.drills.simulation.drill", f"--from={first}", f"--seeds={CHUNK}"]

    def _keep(self, figures: Figures) -> None:
        with self._file.open("a") as file:
            file.write(json.dumps(figures) + "\n")


def _figures(command: list[str]) -> Figures:
    """Run one on a SQLite of its own, and give what it printed last. What it finds it says itself."""
    with tempfile.TemporaryDirectory(prefix="paydesk-drill-") as folder:
        ended = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=os.environ | {"PAYDESK_DATABASE_URL": f"sqlite:///{folder}/paydesk.sqlite3"},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    figures: Figures = json.loads(ended.stdout.splitlines()[-1])
    return figures
