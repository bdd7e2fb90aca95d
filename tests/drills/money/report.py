"""Write docs/reliability.md: one page with what a full drill did to one version of the code, and what it found."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence

from paydesk.kit.faults import POINTS
from tests.drills.money.others import Figures
from tests.drills.money.tally import ROOT, Done, by_tier, sum_of

PAGE = ROOT / "docs" / "reliability.md"
#: Each point is to be reached so often in a full drill, and each condition to come about.
REACHED_AT_LEAST = 20
_TIERS = {
    "A": "SIGKILL at each point and each operation of each flow, an exception at each point; the charge also in pairs",
    "B": "each call lost, reset, half-open, garbled, refused or late, before and after the company had acted",
    "C": "workers and customers at once, killed anywhere, and stopped for longer than a lease (SIGSTOP)",
    "D": "the database stopped at once in the middle of a run, an older backup put in its place, its disk full",
    "K": "each statement refused, timed out or dropped; what else the table of points names, made so on purpose",
}


def write_report(jobs: Mapping[str, Done], others: Sequence[Figures], *, version: str) -> None:
    """Write the page. `others`: what the simulation and the planted bugs printed."""
    PAGE.write_text(page_of(jobs, others, version=version))


def page_of(jobs: Mapping[str, Done], others: Sequence[Figures], *, version: str) -> str:
    """Give the page as text."""
    total, sums = sum_of(jobs.values()), by_tier(jobs)
    missed = [name for name in POINTS if total.reached[name] < REACHED_AT_LEAST]
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
            *(_row(letter, sums.get(letter, Done())) for letter in _TIERS),
            f"| all | | {total.runs:,} | {total.kills:,} | {len(total.wrong):,} | |",
            "",
            *_violations(total),
            *_simulated(others),
            "## Fault points",
            "",
            "How often each point of the code was reached:",
            _counts(reached_by_code(total)) + ".",
            "",
            "Conditions that the drill makes, and how often they came about:",
            _counts(made) + ".",
            "",
            f"Fewer than {REACHED_AT_LEAST} times: {', '.join(missed) or 'none'}.",
            "",
        ]
    )


def reached_by_code(total: Done) -> dict[str, int]:
    """Count the points that stand in the code."""
    return {name: total.reached[name] for name, point in POINTS.items() if point.made_by == "code"}


def _row(letter: str, done: Done) -> str:
    speed = f"{done.runs / done.seconds:.1f}" if done.seconds else "–"
    return f"| {letter} | {_TIERS[letter]} | {done.runs:,} | {done.kills:,} | {len(done.wrong):,} | {speed} |"


def _violations(total: Done) -> list[str]:
    if not total.wrong:
        return [
            "In these runs no charge was made twice, none was lost, and the books agree to the minor unit.",
            "",
        ]
    return [
        "Violations:",
        "",
        *(f"- `{words}`: {said.splitlines()[0]}" for words, said in total.wrong[:50]),
        "",
    ]


def _simulated(others: Sequence[Figures]) -> list[str]:
    """Sum the chunks of the simulation, and say which planted bugs were missed."""
    chunks = [one for one in others if one["drill"] == "simulation"]
    planted = [one for one in others if one["drill"] == "planted"]
    said = []
    if chunks:
        runs, steps = sum(one["runs"] for one in chunks), sum(one["steps"] for one in chunks)
        failed = [seed for one in chunks for seed in one["failed_seeds"]]
        said.append(
            f"Simulation (one process, a virtual clock, a seed for each run): {runs:,} runs of {steps:,} steps,"
            f" {len(failed)} that broke a promise{': ' + ', '.join(map(str, failed[:20])) if failed else ''}."
        )
    for one in planted:
        missed = ", ".join(map(str, one["missed"]))
        said.append(
            f"The drill itself was examined with {one['bugs']} planted money bugs:"
            f" {'each was found' if not missed else f'missed: {missed}'}."
        )
    return ["## Simulated runs, and planted bugs", "", *said, ""] if said else []


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none"


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
