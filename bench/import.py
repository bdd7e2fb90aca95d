"""Measure `paydesk import` of 5,000 customers with ten bills each, from a double of Stripe that answers at once.

`--paypal`: 250 subscriptions that were billed twenty times each, from the double of PayPal, with PAYDESK_CONTRACTS.

`import` is one line: CPU of our process and of the database for each bill, its memory at most, and what there was. The
books are compared with the account's own before anything is printed.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bench.machine import database_cpu_ms
from bench.scene import PROGRAM, database_name, prepare_installation, say
from tests.drills.killed_import import Account

SLUG = "bench"


@dataclass(frozen=True, kw_only=True)
class _Cost:
    """What the process has used: CPU in milliseconds, memory in mebibytes, seconds on the wall."""

    cpu_ms: float
    rss_mib: float
    seconds: float


def main() -> None:
    """Import the account once, in a process of its own."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--customers", type=int)
    asked.add_argument("--bills", type=int)
    asked.add_argument("--paypal", action="store_true")
    asked.add_argument("--again", action="store_true", help="reconcile it, and read every customer again")
    options = asked.parse_args()
    options.customers = options.customers or (250 if options.paypal else 5_000)
    options.bills = options.bills or (20 if options.paypal else 10)
    prepare_installation()

    from tests.sync.archive import totals_of

    with _account(options) as archive:
        merchant = archive.merchant(SLUG)
        say(f"Importing {options.customers} customers with {options.bills} bills each")
        before = database_cpu_ms()
        cost = _run([str(PROGRAM), "import", "--merchant", SLUG, "--connection", "Main"])
        database_ms = database_cpu_ms() - before
        totals, expected = totals_of(merchant.id), archive.totals()
        if totals != expected:
            raise AssertionError(f"The books are not the account's: {totals} instead of {expected}")
        requests = sum(archive.requests().values())
        print(json.dumps(_line(cost, database_ms, totals["counts"], requests)), flush=True)
        if options.again:
            for name, command in _again(merchant.id).items():
                say(f"Once more: {name}")
                before, asked_before = database_cpu_ms(), sum(archive.requests().values())
                # Some customers of the account have no address, which a reconciliation tells of.
                cost = _run(command, ends_with=1 if name == "reconcile" else 0)
                counted = sum(archive.requests().values()) - asked_before
                line = _line(cost, database_cpu_ms() - before, totals["counts"], counted)
                print(json.dumps(line | {"name": name}), flush=True)


def _again(merchant_id: int) -> dict[str, list[str]]:
    """Give what reads all of it again: the command, and the timer's job in a process of its own."""
    job = (
        "import django; django.setup();"
        "from datetime import timedelta;"
        "from paydesk.billing.customers.models import GatewayCustomer;"
        "from paydesk.kit import clock;"
        "from paydesk.sync.reconciliation import reread_stale as job;"
        "job._TURN_MAX = job._RUN_MAX = timedelta(hours=1);"
        f"GatewayCustomer.objects.filter(merchant_id={merchant_id}).update(reread_at=None);"
        "job.reread_what_is_stale(clock.wall_now())"
    )
    return {
        "reconcile": [str(PROGRAM), "reconcile", "--merchant", SLUG],
        "reread": [sys.executable, "-c", job],
    }


def _account(options: argparse.Namespace) -> AbstractContextManager[Account]:
    from tests.sync.archive import running_archive
    from tests.sync.paypal_archive import running_paypal_archive

    size = {"customers": options.customers, "bills": options.bills}
    if options.paypal:
        return running_paypal_archive(Path(os.environ["PAYDESK_CONTRACTS"]).resolve(), **size)
    return running_archive(**size)


def _run(command: list[str], *, ends_with: int = 0) -> _Cost:
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, ends_with):
        raise AssertionError(f"It ended with {process.returncode}")
    return _Cost(
        cpu_ms=(usage.ru_utime + usage.ru_stime) * 1_000,
        rss_mib=usage.ru_maxrss / 1_024,
        seconds=time.monotonic() - began,
    )


def _line(cost: _Cost, database_ms: float, counts: dict[str, int], requests: int) -> dict[str, object]:
    bills, customers = counts["payments"], counts["customers"]
    return {
        "name": "import",
        "database": database_name(),
        "customers": customers,
        "payments": bills,
        "attempts": counts["attempts"],
        "app_cpu_ms_a_payment": round(cost.cpu_ms / bills, 2),
        "app_cpu_ms_a_customer": round(cost.cpu_ms / customers, 2),
        "db_cpu_ms_a_payment": round(database_ms / bills, 2),
        "requests_a_customer": round(requests / customers, 2),
        "rss_peak_mib": round(cost.rss_mib, 1),
        "seconds": round(cost.seconds, 1),
    }


if __name__ == "__main__":
    main()
