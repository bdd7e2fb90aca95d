"""Measure how soon doubt ends: charges whose answers were lost at a company that is then silent for a while.

`doubt`: seconds from the company's first answer until 99 of 100 attempts are settled, and until all are. How many are
in doubt is no choice: a company that does not answer is asked for nothing more, so it is what was on its way.
"""

import argparse
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bench.charges import agreements_due, wait_until
from bench.scene import database_name, prepare_installation, say, working
from tests.simulator import SimulatedAccount, start_simulator

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from paydesk.billing.payments.models import Attempt

CHARGES = 200
LIMIT = 100
#: Long enough that the first look-ups have found nobody.
SILENT_SECONDS = 180


def main() -> None:
    """Print one line."""
    asked = argparse.ArgumentParser(prog="bin/bench doubt")
    asked.add_argument("--charges", type=int, default=CHARGES)
    asked.add_argument("--silent", type=int, default=SILENT_SECONDS, help="seconds")
    given = asked.parse_args()
    prepare_installation()
    with start_simulator() as simulator:
        company = simulator.account("vault", calls_a_second=LIMIT)
        print(json.dumps(_measure(company, given.charges, given.silent)), flush=True)


def _measure(company: SimulatedAccount, charges: int, silent_seconds: int) -> dict[str, object]:
    from paydesk.billing.payments.models import Attempt

    merchant_id = agreements_due(company, LIMIT, charges)
    attempts = Attempt.objects.filter(merchant_id=merchant_id)
    company.fault("lost_after", operation="charge.confirm", times=charges)
    with working():
        say(f"Losing the answers to {charges} charges, then {silent_seconds} s of silence")
        wait_until(lambda: len(company.journal()) >= charges // 2)
        company.fault("lost_before", times=1_000_000)
        time.sleep(silent_seconds)
        doubted = attempts.filter(state__in=Attempt.OPEN).count()
        company.no_faults()
        return _how_it_ends(attempts, doubted) | {"silent_seconds": silent_seconds}


def _how_it_ends(attempts: "QuerySet[Attempt]", doubted: int) -> dict[str, object]:
    from paydesk.billing.payments.models import Attempt

    began = time.monotonic()
    unsettled = attempts.filter(state__in=Attempt.OPEN, created_at__lte=datetime.now(UTC))
    wait_until(lambda: unsettled.count() <= doubted // 100)
    most_after = time.monotonic() - began
    wait_until(lambda: not unsettled.exists())
    return {
        "name": "doubt",
        "database": database_name(),
        "attempts_in_doubt": doubted,
        "seconds_until_99_percent": round(most_after, 1),
        "seconds_until_all": round(time.monotonic() - began, 1),
    }


if __name__ == "__main__":
    main()
