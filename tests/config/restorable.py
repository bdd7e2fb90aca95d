"""A database of its own for real processes, of which a backup is taken and put back as an operator would."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from paydesk.database.transactions import is_postgresql
from tests.processes import Running, running_process

PAYDESK = Path(sys.executable).with_name("paydesk")
SECONDS_AT_MOST = 60


@dataclass(frozen=True, kw_only=True)
class Installed:
    """An installation without a web server: its database, and the heartbeat file outside of it."""

    folder: Path
    url: str

    @property
    def heartbeat(self) -> Path:
        return self.folder / "kept apart"

    @property
    def _name(self) -> str:
        return self.url.rpartition("/")[2]

    def environment(self) -> dict[str, str]:
        return {
            "PAYDESK_DATABASE_URL": self.url,
            "PAYDESK_HEARTBEAT_FILE": str(self.heartbeat),
            # Letters go nowhere.
            "PAYDESK_MAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
        }

    def kept_number(self) -> int:
        """Give the number in the file, 0 without one."""
        return int(json.loads(self.heartbeat.read_text())["number"]) if self.heartbeat.exists() else 0

    @contextmanager
    def worker(self, **environment: str) -> Iterator[Running]:
        """Run a worker that has beaten at least once since it started; it may be given more of an environment."""
        before = self.kept_number()
        more = self.environment() | environment
        with running_process([PAYDESK, "worker"], environment=more) as worker:
            wait_for(lambda: self.kept_number() > before, worker)
            yield worker

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command; it may fail."""
        return subprocess.run(
            [PAYDESK, *words],
            env=os.environ | self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def holds(self) -> list[dict[str, Any]]:
        """List the open holds, as a monitor is told of them."""
        found: list[dict[str, Any]] = json.loads(self.run("status", "--json").stdout)["holds"]
        return found

    def back_up(self) -> None:
        """Nobody is connected: PostgreSQL copies a database only then."""
        if is_postgresql():
            _on_server(f"CREATE DATABASE {self._name}_backup TEMPLATE {self._name}")
        else:
            _copy(self._file(), self._backup())

    def restore(self) -> None:
        """Put the backup in the place of what is there, whoever is connected."""
        if is_postgresql():
            _on_server(f"DROP DATABASE {self._name} WITH (FORCE)")
            _on_server(f"ALTER DATABASE {self._name}_backup RENAME TO {self._name}")
        else:
            _copy(self._backup(), self._file())

    def move_backup_into_place(self) -> None:
        """As `mv` does: whoever has the old file open keeps it. SQLite alone."""
        for beside in ("-wal", "-shm"):
            Path(f"{self._file()}{beside}").unlink(missing_ok=True)
        self._backup().replace(self._file())

    def _file(self) -> Path:
        return self.folder / "paydesk.sqlite3"

    def _backup(self) -> Path:
        return self.folder / "backup.sqlite3"


@contextmanager
def installed(folder: Path) -> Iterator[Installed]:
    """Take the test's tables and rows as they are for a database of their own."""
    known = connections["default"].settings_dict
    if not is_postgresql():
        url = f"sqlite:///{folder / 'paydesk.sqlite3'}"
        _copy(Path(known["NAME"]), folder / "paydesk.sqlite3")
        yield Installed(folder=folder, url=url)
        return
    leave_database()
    # Other tests run beside these at the same server, each with a test database of its own.
    name = f"{known['NAME']}_restorable"
    _on_server(f"CREATE DATABASE {name} TEMPLATE {known['NAME']}")
    try:
        yield Installed(
            folder=folder, url=f"postgresql://{known['USER']}@{known['HOST']}:{known['PORT']}/{name}"
        )
    finally:
        for one in (name, f"{name}_backup"):
            _on_server(f"DROP DATABASE IF EXISTS {one} WITH (FORCE)")


def leave_database() -> None:
    """Close what is open here, also in the pool: PostgreSQL copies a database only when nobody is connected."""
    here = connections["default"]
    here.close()
    if isinstance(here, DatabaseWrapper):
        here.close_pool()


def wait_for(is_so: Callable[[], bool], worker: Running) -> None:
    """Wait until it is so, or fail with what the worker has printed."""
    deadline = time.monotonic() + SECONDS_AT_MOST
    while not is_so():
        assert time.monotonic() < deadline, worker.printed()
        time.sleep(0.05)


def _copy(source: Path, target: Path) -> None:
    """SQLite's own way: it takes and gives the locks that other processes see. It would wait for them for ever."""
    deadline = time.monotonic() + SECONDS_AT_MOST

    def is_still_wanted(*_: int) -> None:
        assert time.monotonic() < deadline, f"somebody holds a lock on {target}"

    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written, progress=is_still_wanted)


def _on_server(statement: str) -> None:
    known = connections["default"].settings_dict
    with psycopg.connect(
        host=known["HOST"], port=known["PORT"], user=known["USER"], dbname="postgres", autocommit=True
    ) as server:
        server.execute(statement)
