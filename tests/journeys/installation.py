"""A whole installation in processes of its own, web server and worker, on the database of the test: PostgreSQL.

On SQLite the worker would stop with the first test, whose end empties the table that holds its lease.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

from tests.processes import Running, free_port, running_process, running_server

PAYDESK = Path(sys.executable).parent / "paydesk"
_BEATS_WITHIN = 30


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Paydesk, running. Tests make rows through the ORM; the processes see them, as all share one database."""

    url: str
    web: Running
    worker: Running
    environment: dict[str, str]

    def portal(self, slug: str) -> str:
        """Give the address of a merchant's portal."""
        return f"{self.url}/m/{slug}"


@contextmanager
def running_installation(folder: Path, **settings: str) -> Iterator[Installation]:
    """Run web server and worker. Letters land in the mailbox, which is shown at /mailbox."""
    port = free_port()
    environment = {
        "PAYDESK_URL": f"http://127.0.0.1:{port}",
        "PAYDESK_DATABASE_URL": database_url(),
        "PAYDESK_STATIC_ROOT": str(folder / "static"),
        "PAYDESK_MAILBOX": "1",
        # Each test has the tables to itself: a merchant of the test before must not be remembered.
        "PAYDESK_MERCHANT_SECONDS": "0",
        # One for all tests: see `the_worker_knows_the_database` in conftest.
        "PAYDESK_HEARTBEAT_FILE": str(folder / "heartbeat"),
        "PAYDESK_LOG_LEVEL": "WARNING",
    } | settings
    collect = [str(PAYDESK), "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(collect, check=True, env=os.environ | environment)
    serve = [str(PAYDESK), "serve", f"--port={port}", "--workers=1", "--threads=2"]
    with (
        running_server(serve, environment=environment, ready_path="/health", port=port) as web,
        running_process([PAYDESK, "worker"], environment=environment) as worker,
    ):
        _wait_for_first_beat(Path(environment["PAYDESK_HEARTBEAT_FILE"]), worker)
        yield Installation(url=web.url, web=web, worker=worker, environment=environment)


def _wait_for_first_beat(file: Path, worker: Running) -> None:
    """A worker that starts beside a database with a heartbeat, and finds no file of its own, holds charging."""
    deadline = time.monotonic() + _BEATS_WITHIN
    while not file.exists():
        assert time.monotonic() < deadline, worker.printed()
        time.sleep(0.05)


def database_url() -> str:
    """Name the database of the test, as PAYDESK_DATABASE_URL wants it."""
    known = connections["default"].settings_dict
    if known["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{known['NAME']}"
    password = f":{known['PASSWORD']}" if known["PASSWORD"] else ""
    return f"postgresql://{known['USER']}{password}@{known['HOST']}:{known['PORT']}/{known['NAME']}"
