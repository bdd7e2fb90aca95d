"""Write docs/reliability.md: one page with what a full drill did to one version of the code, and what it found."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path

from paydesk.kit.faults import POINTS
from tests.drills.money.tally import ROOT, Done, sum_of

PAGE = ROOT / "docs" / "reliability.md"
#: Each point of the code is to be reached so often in a full drill.
REACHED_AT_LEAST = 20
_TIERS = {
    "A": "SIGKILL at each point and each operation of each flow, an exception at each point; the charge also in pairs",
    "B": "each call lost, reset, half-open, garbled, refused or late, before and after the company had acted",
    "C": "workers and customers at once, killed anywhere, and stopped for longer than a lease (SIGSTOP)",
    "D": "the database stopped at once in the middle of a run, and an older backup put in its place",
    "K": "each statement refused, timed out or dropped; clocks that jump; webhooks forged or out of order; SIGTERM",
}


def write_report(jobs: Mapping[str, Done], *, version: str, further: Path | None = None) -> None:
    """Write the page. `further`: a file of JSON lines that other drills printed, for the table of the simulation."""
    PAGE.write_text(page_of(jobs, version=version, further=_lines(further)))


def page_of(jobs: Mapping[str, Done], *, version: str, further: list[dict[str, object]]) -> str:
    """Give the page as text."""
    total = sum_of(jobs.values())
    missed = [name for name, count in reached_by_code(total).items() if count < REACHED_AT_LEAST]
    made = {name: total.reached[name] for name, point in POINTS.items() if point.made_by == "drill"}
    return "\n".join(
        [
            "# Reliability: what the drill did, and what it found",
            "",
            "Written by `bin/drill --full`. Real processes, a real PostgreSQL, and the simulated company as a process",
            "with a journal of its own. After every run our books are compared with that journal, and the truths of",
            "[the money engine](money-engine.md) are asked. A violation prints the words that repeat its run.",
            "",
            f"Code `{version}` (a digest of `src`), on {_machine()}.",
            "",
            "| tier | what is done | runs | processes killed | violations | runs a lane second |",
            "|---|---|---:|---:|---:|---:|",
            *(_row(letter, jobs) for letter in _TIERS),
            f"| all | | {total.runs:,} | {total.kills:,} | {len(total.wrong):,} | |",
            "",
            *_violations(total),
            *_simulated(further),
            "## Fault points",
            "",
            "How often each point of the code was reached:",
            _counts(reached_by_code(total)) + ".",
            f"Fewer than {REACHED_AT_LEAST} times: {', '.join(missed) or 'none'}.",
            "",
            "Conditions that the drill makes, and how often:",
            _counts({name: count for name, count in made.items() if count}) + ".",
            "Made by other tests or not at all: "
            + (", ".join(name for name, count in made.items() if not count) or "none")
            + ".",
            "",
        ]
    )


def reached_by_code(total: Done) -> dict[str, int]:
    """Count the points that stand in the code."""
    return {name: total.reached[name] for name, point in POINTS.items() if point.made_by == "code"}


def _row(letter: str, jobs: Mapping[str, Done]) -> str:
    done = sum_of(one for name, one in jobs.items() if name.split()[0] == letter)
    speed = f"{done.runs / done.seconds:.1f}" if done.seconds else "–"
    return f"| {letter} | {_TIERS[letter]} | {done.runs:,} | {done.kills:,} | {len(done.wrong):,} | {speed} |"


def _violations(total: Done) -> list[str]:
    if not total.wrong:
        return ["No charge was made twice, none was lost, and the books agree to the minor unit.", ""]
    return [
        "Violations:",
        "",
        *(f"- `{words}`: {said.splitlines()[0]}" for words, said in total.wrong[:50]),
        "",
    ]


def _simulated(further: list[dict[str, object]]) -> list[str]:
    if not further:
        return []
    rows = [f"| {row.pop('drill', '')} | {json.dumps(row)[:300]} |" for row in further]
    return ["## Other drills", "", "| drill | figures |", "|---|---|", *rows, ""]


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none"


def _lines(file: Path | None) -> list[dict[str, object]]:
    if file is None or not file.exists():
        return []
    return [json.loads(line) for line in file.read_text().splitlines() if line.startswith("{")]


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
