"""Run many seeds and add up what they found."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db import connection

from tests.drills.simulation.focus import CHANCE_DECIDES, Wanted
from tests.drills.simulation.run import Result, installed, run_seed


@dataclass(kw_only=True)
class Ran:
    """What became of them. A failure is told with its whole history."""

    runs_count: int = 0
    steps_count: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)
    failed_seeds: list[int] = field(default_factory=list)
    reached: Counter[str] = field(default_factory=Counter)


def run_many(
    seeds: Iterable[int],
    *,
    after_each: Callable[[Ran, Result], None] = lambda *_: None,
    wanted: Wanted = CHANCE_DECIDES,
) -> Ran:
    """Run each to its judgement."""
    ran, began = Ran(), time.monotonic()
    with installed():
        for seed in seeds:
            result = run_seed(seed, wanted)
            ran.runs_count += 1
            ran.steps_count += result.steps
            ran.reached += result.reached
            if result.violations:
                ran.failed_seeds.append(seed)
                ran.failures.append("\n".join([*result.history, f"seed {seed}:", *result.violations]))
            ran.seconds = time.monotonic() - began
            after_each(ran, result)
    return ran


def hundreds(first: int) -> range:
    """Give a hundred seeds, or a few on PostgreSQL: row locks have nothing to lock in one process."""
    return range(first, first + (100 if connection.vendor == "sqlite" else 5))
