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
            "granian",
            *_options(host, port, workers, threads),
            "paydesk.config.wsgi:application",
        ]
        self.stdout.flush()
        os.execv(sys.executable, words)  # noqa: S606  our own words, and no shell


def _options(host: str, port: int, workers: int, threads: int) -> list[str]:
    return [
        "--interface=wsgi",
        f"--host={host}",
        f"--port={port}",
        f"--workers={workers}",
        f"--blocking-threads={threads}",
        # A web server in front speaks HTTP/1.1 to us, and no page of ours uses websockets.
        "--http=1",
        "--no-ws",
        "--respawn-failed-workers",
        "--workers-kill-timeout=30",
        "--log-level=warning",
    ]


def _require_tables() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError("The database is behind this version. Run: paydesk migrate")
    connections.close_all()


def _require_static_files() -> None:
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file():
        raise CommandError("The static files are not collected. Run: paydesk collectstatic --no-input")
