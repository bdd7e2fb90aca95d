"""Look for a planted bug: run seeds until one of them breaks a promise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.drills.planted.planting import Bug
from tests.drills.simulation.run import installed, run_seed


@dataclass(frozen=True, kw_only=True)
class Found:
    """The first seed that found it, and what it said."""

    seed: int
    says: str


def find(bug: Bug, seeds: Iterable[int]) -> Found | None:
    """Give what found it, or None."""
    with bug.plant(), installed():
        for seed in seeds:
            violations = run_seed(seed).violations
            if violations:
                return Found(seed=seed, says=violations[0])
    return None
