"""What a benchmark stands on: Django, an empty database of ours, one merchant, and the real web server."""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command

from tests.processes import NotStarted, Running, free_port, running_process, running_server

PROGRAM = Path(sys.executable).with_name("paydesk")
WORKERS = 2


def prepare_installation() -> str:
    """Choose a port, set Django up, make the tables, collect the files; gives the portal's address."""
    url = f"http://127.0.0.1:{free_port()}"
    # The server and the worker that are measured get the same, and nothing from outside.
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "paydesk.config.settings",
        "PAYDESK_URL": url,
        "PAYDESK_STATIC_ROOT": tempfile.mkdtemp(prefix="paydesk-bench-static-"),
        "PAYDESK_LOG_LEVEL": "WARNING",
        "PAYDESK_HEARTBEAT_FILE": str(
            Path(tempfile.mkdtemp(prefix="paydesk-bench-heartbeat-")) / "heartbeat"
        ),
    }
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    return url


def database_name() -> str:
    """Name the kind of database that is measured."""
    return "postgresql" if "PAYDESK_BENCH_POSTMASTER" in os.environ else "sqlite"


def say(text: str) -> None:
    """Tell the person who waits; the figures alone go to standard output."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def serving(url: str, *, threads: int = 1) -> Iterator[Running]:
    """Run the real server while the block runs."""
    port = int(url.rpartition(":")[2])
    command: list[str | Path] = [
        PROGRAM,
        "serve",
        f"--port={port}",
        f"--workers={WORKERS}",
        f"--threads={threads}",
    ]
    with running_server(command, ready_path="/health", port=port) as server:
        try:
            yield server
        except AssertionError:
            say(server.printed()[-5_000:])
            raise


@contextmanager
def working() -> Iterator[Running]:
    """Run the real worker while the block runs."""
    with running_process([PROGRAM, "worker"]) as worker:
        while "at work" not in worker.printed():
            if worker.process.poll() is not None:
                raise NotStarted(worker.printed())
            time.sleep(0.05)
        yield worker
