"""Run seeds by the thousand: `bin/drill simulation --seeds 100000 --from 0`. Whatever fails prints its history.

One line of JSON tells what was run and where to go on. Ends with 0 only if no promise was broken.
"""

from __future__ import annotations

import argparse
import json
import os
import sys

from tests.quick import collect_seldom

#: After so many seeds the figures so far are told.
TOLD_EVERY = 500


def main() -> None:
    """Run them on the database that PAYDESK_DATABASE_URL names."""
    asked = argparse.ArgumentParser(prog="bin/drill simulation")
    asked.add_argument("--seeds", type=int, default=1_000)
    asked.add_argument("--from", type=int, default=0, dest="first")
    asked.add_argument("--backups", action="store_true", help="with a second card that stands by")
    wanted = asked.parse_args()
    os.environ |= {"DJANGO_SETTINGS_MODULE": "paydesk.config.settings", "PAYDESK_LOG_LEVEL": "ERROR"}

    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    collect_seldom(after=200_000)
    seeds = range(wanted.first, wanted.first + wanted.seeds)
    sys.exit(_run(seeds, has_backup=wanted.backups))


def _run(seeds: range, *, has_backup: bool) -> int:
    from django.db import connection

    from tests.drills.simulation.focus import LONG, Wanted
    from tests.drills.simulation.run import Result
    from tests.drills.simulation.run_many import Ran, run_many

    def tell(ran: Ran, result: Result) -> None:
        if result.violations:
            _say(f"{ran.failures[-1]}\n")
        if ran.runs_count % TOLD_EVERY == 0:
            _say(f"{ran.runs_count:,} runs, {len(ran.failed_seeds)} failed, next from {result.seed + 1}")

    wanted = Wanted(has_backup=True, card="no_money", steps=LONG) if has_backup else Wanted()
    ran = run_many(seeds, after_each=tell, wanted=wanted)
    figures = {
        "drill": "simulation",
        "database": connection.vendor,
        "from": seeds.start,
        "next_from": seeds.stop,
        "runs": ran.runs_count,
        "steps": ran.steps_count,
        "failed_seeds": ran.failed_seeds,
        "runs_per_second": round(ran.runs_count / ran.seconds, 2),
        "reached": dict(sorted(ran.reached.items())),
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    return 1 if ran.failures else 0


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
