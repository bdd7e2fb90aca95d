"""Import a large account while the process is killed again and again, also in the middle of a transaction.

Ends with a comparison: every row of the import that was killed with those of one that was left in peace, and both with
the account's own books. Run by `bin/drill import`; a small slice of it is in the suite.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from paydesk.merchants.find import MerchantInSight

PAYDESK = Path(sys.executable).with_name("paydesk")
SECONDS_AT_MOST = 3_600
#: A process that was told to die a moment before it opened its next transaction: how long that may take.
TRANSACTION_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class Drill:
    """How large, and how often killed. The same seed kills at the same places of the import."""

    customers: int
    bills: int
    kills: int
    seed: int
    busy_every: int = 0


@dataclass(frozen=True, kw_only=True)
class Result:
    """What happened. `read_twice_count` is how many requests the kills cost."""

    kills: int
    in_a_transaction: int
    customers: int
    payments: int
    seconds: float
    read_twice_count: int


class Account(Protocol):
    """A large account at a company, which connects merchants, and tells its own books."""

    def merchant(self, slug: str) -> MerchantInSight:
        """Make a merchant whose connection `Main` is to this account."""

    def totals(self) -> dict[str, dict[str, int]]:
        """Give what there is, and the money that moved."""

    def requests(self) -> dict[str, int]:
        """Say how often it was asked."""


class Drilled(AssertionError):
    """The import lost or doubled something, or did not end."""


def run_drill(
    drill: Drill, *, say: Callable[[str], None], account: AbstractContextManager[Account] | None = None
) -> Result:
    """Kill, end, compare; raises Drilled. The database is there and empty of these merchants.

    `account`: as large as the drill says; without one it is at Stripe.
    """
    began = time.monotonic()
    with account or _at_stripe(drill) as archive:
        merchant = archive.merchant("killed")
        in_a_transaction = _kill_again_and_again(drill, merchant, say)
        _import_to_the_end(merchant)
        asked_count = sum(archive.requests().values())
        say("Importing once more, for a twin, in peace")
        twin = archive.merchant("twin")
        _import_to_the_end(twin)
        read_twice_count = 2 * asked_count - sum(archive.requests().values())
        payments_count = compare(archive, merchant, twin)
    return Result(
        kills=drill.kills,
        in_a_transaction=in_a_transaction,
        customers=drill.customers,
        payments=payments_count,
        seconds=round(time.monotonic() - began, 1),
        read_twice_count=read_twice_count,
    )


def _at_stripe(drill: Drill) -> AbstractContextManager[Account]:
    from tests.sync.archive import running_archive

    return running_archive(customers=drill.customers, bills=drill.bills, busy_every=drill.busy_every)


def _kill_again_and_again(drill: Drill, merchant: MerchantInSight, say: Callable[[str], None]) -> int:
    """Kill at so many places, every second time inside a transaction; gives how often that was seen."""
    by_chance = random.Random(drill.seed)  # noqa: S311  # nothing secret: the same places each time
    places = sorted(by_chance.uniform(0.0, 0.9) for _ in range(drill.kills))
    in_a_transaction = 0
    for number, place in enumerate(places):
        running = subprocess.Popen(_command(merchant), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            _wait_for(lambda: _imported(merchant) >= int(place * drill.customers), running)  # noqa: B023  now
            if number % 2:
                time.sleep(by_chance.uniform(0, 0.3))
            else:
                in_a_transaction += _wait_for_a_transaction(running)
        finally:
            running.kill()
            code = running.wait()
        if code != -signal.SIGKILL:
            raise Drilled(f"The import ended by itself with {code}, and was not killed at {place:.0%}")
        say(f"Killed {number + 1} of {drill.kills}, at {_imported(merchant):,} customers")
    return in_a_transaction


def _import_to_the_end(merchant: MerchantInSight) -> None:
    ended = subprocess.run(
        _command(merchant), capture_output=True, text=True, timeout=SECONDS_AT_MOST, check=False
    )
    if ended.returncode or not ended.stdout.endswith("Done.\n"):
        raise Drilled(f"The import did not end well:\n{ended.stdout}{ended.stderr}")


def compare(archive: Account, merchant: MerchantInSight, twin: MerchantInSight) -> int:
    """Compare row by row, then with the account's own books; gives the number of payments, or raises Drilled."""
    from paydesk.sync.models import ImportRun
    from tests.sync.archive import totals_of
    from tests.sync.books import books_of

    killed, left_in_peace = books_of(merchant.id), books_of(twin.id)
    for table, rows in killed.items():
        if rows != left_in_peace[table]:
            differing = {repr(row) for row in rows} ^ {repr(row) for row in left_in_peace[table]}
            raise Drilled(
                f"{table} differ in {len(differing)} rows, such as {next(iter(differing), 'a double')}"
            )
    if totals_of(merchant.id) != archive.totals():
        raise Drilled(f"{totals_of(merchant.id)} is not {archive.totals()}")
    # A kill may come when the import has just ended: then the next one goes through everything again.
    run = ImportRun.objects.filter(merchant_id=merchant.id).order_by("id").last()
    if run is None or (run.customers_count, run.payments_count) != (
        len(killed["records"]),
        len(killed["payments"]),
    ):
        raise Drilled("The import counted something twice")
    return len(killed["payments"])


def _command(merchant: MerchantInSight) -> list[str]:
    return [str(PAYDESK), "import", "--merchant", merchant.slug, "--connection", "Main"]


def _imported(merchant: MerchantInSight) -> int:
    from paydesk.billing.customers.models import GatewayCustomer

    return GatewayCustomer.objects.filter(merchant_id=merchant.id).count()


def _wait_for(is_so: Callable[[], bool], running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_AT_MOST
    while not is_so():
        if running.poll() is not None or time.monotonic() > deadline:
            raise Drilled(f"The import does not go on: {running.stderr.read() if running.stderr else b''!r}")
        time.sleep(0.01)


def _wait_for_a_transaction(running: subprocess.Popen[bytes]) -> bool:
    """Look a thousand times a second whether it is writing; False when it ended before it was seen to."""
    deadline = time.monotonic() + TRANSACTION_SECONDS
    with _Onlooker() as onlooker:
        while running.poll() is None and time.monotonic() < deadline:
            if onlooker.sees_a_writer():
                return True
            time.sleep(0.001)
    return False


class _Onlooker:
    """Sees from outside whether anybody has a transaction open that has written. Nobody but the import does."""

    def __enter__(self) -> _Onlooker:
        from django.db import connections

        self._look: sqlite3.Connection | None = None
        if connections["default"].vendor == "sqlite":
            file = connections["default"].settings_dict["NAME"]
            self._look = sqlite3.connect(file, timeout=0, isolation_level=None)
        return self

    def __exit__(self, *_: object) -> None:
        if self._look is not None:
            self._look.close()

    def sees_a_writer(self) -> bool:
        """On SQLite whoever writes keeps others from it; PostgreSQL names transactions that have written."""
        if self._look is None:
            return _postgresql_has_a_writer()
        try:
            self._look.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        self._look.execute("ROLLBACK")
        return False


def _postgresql_has_a_writer() -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid() AND datname = current_database()"
        )
        [(count,)] = cursor.fetchall()
    return bool(count)


def main() -> None:
    """Run it on the database that PAYDESK_DATABASE_URL names, and print one line of JSON."""
    asked = argparse.ArgumentParser(prog="bin/drill import")
    asked.add_argument("--customers", type=int, default=5_000)
    asked.add_argument("--bills", type=int, default=10)
    asked.add_argument("--kills", type=int, default=10)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--busy-every", type=int, default=2_000)
    drill = Drill(**vars(asked.parse_args()))
    os.environ |= {"DJANGO_SETTINGS_MODULE": "paydesk.config.settings", "PAYDESK_LOG_LEVEL": "WARNING"}

    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0)
    result = run_drill(drill, say=_say)
    figures = {"drill": "import", "database": connection.vendor} | asdict(drill) | asdict(result)
    sys.stdout.write(json.dumps(figures) + "\n")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
