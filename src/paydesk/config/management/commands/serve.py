"""Serve the portal. The process becomes the web server, so nothing of this command stays in memory."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor


class Command(BaseCommand):
    help = "Serve the portal; `paydesk migrate` and `paydesk collectstatic` come first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2, help="processes: one for each core")
        parser.add_argument("--threads", type=int, default=2, help="requests at a time in each process")

    def handle(self, *, host: str, port: int, workers: int, threads: int, **_: object) -> None:
        _require_tables()
        _require_static_files()
        words = [
            sys.executable,
            "-m",
            "paydesk.config.web_server",
            host,
            str(port),
            str(workers),
            str(threads),
        ]
        self.stdout.flush()
        # One heap for all threads: they share the interpreter's lock anyway, and each heap of its own costs memory.
        os.execve(sys.executable, words, {"MALLOC_ARENA_MAX": "1"} | os.environ)  # noqa: S606  our own words, no shell


def _require_tables() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError("The database is behind this version. Run: paydesk migrate")
    connections.close_all()


def _require_static_files() -> None:
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file():
        raise CommandError("The static files are not collected. Run: paydesk collectstatic --no-input")
