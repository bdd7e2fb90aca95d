"""Share the money drill out to several lanes, each a process with a PostgreSQL and a company of its own, and add up."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from tests.drills.money.others import Others
from tests.drills.money.report import write_report
from tests.drills.money.tally import ROOT, Done, Tally, by_tier, code_version, sum_of

#: Beside the page, so that what was done on one machine counts when another one goes on.
KEPT = ROOT / "docs" / "reliability"


def main() -> None:
    """End with 0 only if every lane came to its end and nothing was wrong."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    asked = argparse.ArgumentParser(prog="bin/drill money", add_help=False)
    asked.add_argument("--lanes", type=int, default=os.cpu_count() or 1)
    asked.add_argument("--full", action="store_true")
    asked.add_argument("--only")
    known, options = asked.parse_known_args()
    if known.only:
        sys.exit(_lane([*options, "--only", known.only]).wait())
    keeps = nullcontext(str(KEPT)) if known.full else tempfile.TemporaryDirectory(prefix="paydesk-tally-")
    with keeps as folder:
        lanes = [
            _lane([*options, "--share", f"{part}/{known.lanes}", "--tally", folder])
            for part in range(1, known.lanes + 1)
        ]
        try:
            codes = [lane.wait() for lane in lanes]
        finally:
            for lane in lanes:
                lane.terminate()
        tally = Tally(Path(folder), version=code_version())
        total = say(tally, lanes=known.lanes)
        if known.full:
            if not options and not any(codes):
                tally.sum_up()
            _run_others(Path(folder), lanes=known.lanes)
    sys.exit(1 if total.wrong else next((code for code in codes if code), 0))


def _run_others(folder: Path, *, lanes: int) -> None:
    """Write the page before they begin and when they have ended: also of what was found wrong."""
    version = code_version()
    others, jobs = Others(folder, version=version), Tally(folder, version=version).done()
    write_report(jobs, others.lines(), version=version)
    others.run(lanes=lanes)
    write_report(jobs, others.lines(), version=version)


def _lane(options: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.drills.money", *options], cwd=ROOT)


def say(tally: Tally, *, lanes: int) -> Done:
    """Print a line of JSON for each tier, of all that was done of this code so far."""
    jobs = tally.done()
    for letter, done in by_tier(jobs).items():
        figures = {
            "drill": "money",
            "tier": letter,
            "jobs": done.jobs,
            "runs": done.runs,
            "kills": done.kills,
            "violations": len(done.wrong),
            "lane_seconds": round(done.seconds, 1),
            "runs_a_lane_second": round(done.runs / done.seconds, 1) if done.seconds else 0,
            "lanes": lanes,
            "reached": dict(sorted(done.reached.items())),
        }
        sys.stdout.write(json.dumps(figures) + "\n")
    return sum_of(jobs.values())


if __name__ == "__main__":
    main()
