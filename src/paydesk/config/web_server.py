"""The web server as a program: `python -m paydesk.config.web_server ADDRESS PORT WORKERS THREADS`.

It imports nothing of Django: the workers are forks of this process, and what stands here stands in each of them.
"""

from __future__ import annotations

import sys

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

APPLICATION = "paydesk.config.wsgi:application"
#: A worker that is told to stop finishes what it has begun, for this long.
_STOP_SECONDS = 30


def serve(*, address: str, port: int, workers: int, threads: int) -> None:
    """Serve until SIGTERM or SIGINT. A web server in front speaks HTTP/1.1 to us; no page of ours uses websockets."""
    Server(
        APPLICATION,
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        runtime_blocking_threads=1,
        http=HTTPModes.http1,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_SECONDS,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    serve(address=sys.argv[1], port=int(sys.argv[2]), workers=int(sys.argv[3]), threads=int(sys.argv[4]))
