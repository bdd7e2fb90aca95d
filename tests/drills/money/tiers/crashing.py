"""A database that a drill may crash and replace: a PostgreSQL of its own, to which Django is pointed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from paydesk.config import environment
from paydesk.work.heartbeat.memory import MEMORY
from toolbox.postgresql import Cluster, temporary_postgresql

#: A commit waits until the log is written, which outlives PostgreSQL; that the machine dies is not drilled.
SETTINGS = {"fsync": "off", "synchronous_commit": "on"}
_EMPTY, _BACKUP, _WHERE = "empty", "backup", ("NAME", "USER", "PASSWORD", "HOST", "PORT")


@dataclass(kw_only=True)
class CrashingDatabase:
    """The cluster, and the database in it that Django is pointed to."""

    cluster: Cluster
    name: str = "postgres"
    _made: int = 0

    def crash(self) -> None:
        """Stop the server at once and start it again; whoever had a connection has none any more."""
        connections.close_all()
        self.cluster.crash()
        self.cluster.start_again()

    def begin_anew(self) -> None:
        """Point Django at a database with empty tables."""
        connections.close_all()
        self._made += 1
        before, self.name = self.name, f"run_{self._made}"
        self._ask(f"CREATE DATABASE {self.name} TEMPLATE {_EMPTY}")
        if before not in ("postgres", _EMPTY):
            self._ask(f"DROP DATABASE {before} WITH (FORCE)")
        self.point()

    def back_up(self) -> None:
        """Keep the database as it is now."""
        connections.close_all()
        self._ask(f"DROP DATABASE IF EXISTS {_BACKUP}")
        self._ask(f"CREATE DATABASE {_BACKUP} TEMPLATE {self.name}")

    def restore(self) -> None:
        """Put the backup in the place of the database."""
        connections.close_all()
        self._ask(f"DROP DATABASE {self.name} WITH (FORCE)")
        self._ask(f"ALTER DATABASE {_BACKUP} RENAME TO {self.name}")

    def point(self) -> None:
        """Let this process, and those that it forks, use the database; they know of no other."""
        forget_beats()
        wanted = environment.database(self.cluster.url(self.name))
        connections["default"].settings_dict.update({name: wanted[name] for name in _WHERE})

    def _ask(self, statement: str) -> None:
        with psycopg.connect(self.cluster.url(), autocommit=True) as connection:
            connection.execute(statement)


def forget_beats() -> None:
    """Let a restore be noticed by a worker that starts anew, and not by what this process has seen."""
    Path(settings.PAYDESK_HEARTBEAT_FILE).unlink(missing_ok=True)
    MEMORY.forget()


@contextmanager
def crashing_database() -> Iterator[CrashingDatabase]:
    """Point Django at a cluster of its own while the block runs, with a heartbeat file of its own."""
    connections.close_all()
    known = connections["default"].settings_dict
    before, file = {name: known[name] for name in _WHERE}, settings.PAYDESK_HEARTBEAT_FILE
    settings.PAYDESK_HEARTBEAT_FILE = f"{file}.of-crashes"
    with temporary_postgresql(SETTINGS) as cluster:
        database = CrashingDatabase(cluster=cluster, name=_EMPTY)
        database._ask(f"CREATE DATABASE {_EMPTY}")
        try:
            database.point()
            call_command("migrate", verbosity=0)
            database.begin_anew()
            yield database
        finally:
            connections.close_all()
            forget_beats()
            settings.PAYDESK_HEARTBEAT_FILE = file
            known.update(before)
