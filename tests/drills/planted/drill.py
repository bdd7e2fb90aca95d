"""Plant one money bug after the other, and see in how many seeds the simulation finds each: `bin/drill planted`.

One line of JSON has the table. Ends with 0 only if every bug was found within its bound.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Any


def main() -> None:
    """Examine the simulation on the database that PAYDESK_DATABASE_URL names."""
    asked = argparse.ArgumentParser(prog="bin/drill planted")
    asked.add_argument("--only", default="", help="bugs whose name has this in it")
    wanted = asked.parse_args()
    os.environ |= {"DJANGO_SETTINGS_MODULE": "paydesk.config.settings", "PAYDESK_LOG_LEVEL": "ERROR"}

    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    table = _examine(wanted.only)
    missed = [row["bug"] for row in table if row["seeds"] is None]
    found_count = len(table) - len(missed)
    sys.stderr.write(f"{found_count} of {len(table)} found\n")
    figures = {"drill": "planted", "bugs": len(table), "found": found_count, "missed": missed, "table": table}
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.exit(1 if missed else 0)


def _examine(only: str) -> list[dict[str, Any]]:
    from tests.drills.planted.bugs import ALL
    from tests.drills.planted.find import find

    table = []
    for bug in ALL:
        if only not in bug.name:
            continue
        began = time.monotonic()
        found = find(bug, range(bug.within))
        table.append(
            {
                "bug": bug.name,
                "breaks": bug.breaks,
                "found_by": found.says if found else None,
                "seeds": found.seed + 1 if found else None,
                "seconds": round(time.monotonic() - began, 1),
            }
        )
        sys.stderr.write(f"{table[-1]}\n")
        sys.stderr.flush()
    return table


if __name__ == "__main__":
    main()
