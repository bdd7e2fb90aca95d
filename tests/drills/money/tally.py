"""Keep what a drill has done, job by job, in a file: it may be stopped at any time, goes on, and adds up."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


@dataclass(kw_only=True)
class Done:
    """What one job, or many, came to. `wrong`: the words of a run and what was wrong at its end."""

    jobs: int = 0
    runs: int = 0
    kills: int = 0
    seconds: float = 0.0
    wrong: list[list[str]] = field(default_factory=list)
    reached: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Done) -> Done:
        return Done(
            jobs=self.jobs + other.jobs,
            runs=self.runs + other.runs,
            kills=self.kills + other.kills,
            seconds=self.seconds + other.seconds,
            wrong=[*self.wrong, *other.wrong],
            reached=self.reached + other.reached,
        )


class Tally:
    """The file of one code version; several processes append lines to it."""

    def __init__(self, folder: Path, *, version: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / f"{version}.jsonl"

    def done(self) -> dict[str, Done]:
        """Give what was done so far, by the name of the job."""
        return {row.pop("job"): _read(row) for row in self._rows()}

    def add(self, job: str, done: Done) -> None:
        """Keep one job."""
        with self._file.open("a") as file:
            file.write(_line(job, done))

    def sum_up(self) -> None:
        """Put one row, by the letter of a tier, in the place of those of its jobs, when all of them were done."""
        whole = self._file.with_suffix(".whole")
        whole.write_text("".join(_line(letter, done) for letter, done in by_tier(self.done()).items()))
        whole.replace(self._file)

    def _rows(self) -> Iterator[dict[str, Any]]:
        lines = self._file.read_text().splitlines() if self._file.exists() else []
        for line in lines:
            # A process that was killed may leave half a line: that job is done again.
            if line.endswith("}"):
                yield json.loads(line)


def sum_of(jobs: Iterable[Done]) -> Done:
    """Add jobs up."""
    return sum(jobs, Done())


def by_tier(jobs: Mapping[str, Done]) -> dict[str, Done]:
    """Add up the jobs of each tier, by the letter with which their names begin."""
    sums: defaultdict[str, Done] = defaultdict(Done)
    for name in sorted(jobs):
        sums[name.split()[0]] += jobs[name]
    return dict(sums)


def code_version() -> str:
    """Name what is drilled: a digest of all that is in src."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "src").rglob("*.py")):
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _line(job: str, done: Done) -> str:
    return json.dumps({"job": job} | vars(done)) + "\n"


def _read(row: dict[str, Any]) -> Done:
    return Done(**(row | {"reached": Counter(row["reached"])}))
