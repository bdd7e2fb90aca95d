"""Look for a planted bug: run seeds until one of them breaks a promise, and keeps it without the bug."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tests.drills.planted.planting import Bug
from tests.drills.simulation.focus import LONG
from tests.drills.simulation.run import installed, run_seed


@dataclass(frozen=True, kw_only=True)
class Found:
    """The first seed that found it, and what it said."""

    seed: int
    says: str


def find(bug: Bug, seeds: Iterable[int]) -> Found | None:
    """Give what found it, or None. A seed that fails without the bug as well is an error: it found something else."""
    with bug.plant(), installed():
        found = next((one for one in (_look(bug, seed) for seed in seeds) if one is not None), None)
    if found is not None:
        with installed():
            without = _look(bug, found.seed)
        if without is not None:
            raise AssertionError(f"seed {found.seed} fails without a planted bug: {without.says}")
    return found


def _look(bug: Bug, seed: int) -> Found | None:
    violations = run_seed(seed, replace(bug.wanted, steps=LONG)).violations
    return Found(seed=seed, says=violations[0]) if violations else None
