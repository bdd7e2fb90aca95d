"""What a drill does and finds: jobs, each of some runs, and what was wrong at the end of each run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from tests.drills.money.lane import Ended, Lane


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run: how each process ended, and what was wrong at the end. `words` say how to do it again."""

    words: str
    ended: Sequence[Ended]
    wrong: Sequence[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Job:
    """Some runs under a name, by which a drill that was stopped knows what it has done."""

    name: str
    runs: Callable[[Lane], Iterable[Run]]


@dataclass(frozen=True, kw_only=True)
class Tier:
    """A kind of runs. `jobs` may run flows in peace, to see where they can be disturbed; `again` repeats one run."""

    letter: str
    words: str
    jobs: Callable[[Lane], Iterable[Job]]
    again: Callable[[Lane, Sequence[str]], Run]


def wrong_endings(ended: Sequence[Ended]) -> list[str]:
    """Say which processes ended as none may."""
    return [f"a process {one.how}: {one.said[-2000:]}" for one in ended if one.how in ("failed", "hung")]
