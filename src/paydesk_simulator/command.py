"""The command: `paydesk-simulator serve --port P --database FILE`."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType

from paydesk_simulator.company.accounts import KEY_MEMORY_SECONDS
from paydesk_simulator.database import Books
from paydesk_simulator.doors.server import SimulatorServer
from paydesk_simulator.ticker import Ticker
from paydesk_simulator.webhooks import Deliverer

TOKEN_VARIABLE = "PAYDESK_SIMULATOR_CONTROL_TOKEN"  # noqa: S105  a name, not a token


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and serve until SIGTERM or Ctrl-C."""
    wanted = _parser().parse_args(arguments)
    token = wanted.control_token or os.environ.get(TOKEN_VARIABLE, "") or secrets.token_urlsafe(24)
    books = Books(wanted.database)
    server = SimulatorServer(
        (wanted.host, wanted.port), books=books, control_token=token, key_memory_seconds=wanted.key_memory
    )
    ticker, deliverer = Ticker(books), Deliverer(books)
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, _stopper(server))
    ticker.start()
    deliverer.start()
    sys.stdout.write(f"The simulated payment company listens at http://{wanted.host}:{server.server_port}\n")
    if not wanted.control_token and TOKEN_VARIABLE not in os.environ:
        sys.stdout.write(f"Control token: {token}\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.1)
    ticker.stop()
    deliverer.stop()
    server.server_close()
    books.close()
    return 0


def _stopper(server: SimulatorServer) -> Callable[[int, FrameType | None], None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        # shutdown() waits for the loop that this very thread runs, so another thread has to ask.
        threading.Thread(target=server.shutdown, daemon=True).start()

    return stop


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="paydesk-simulator", description="The payment company that does not exist."
    )
    serve = parser.add_subparsers(dest="command", required=True).add_parser(
        "serve", help="listen until stopped"
    )
    serve.add_argument(
        "--host", default="127.0.0.1", help="the address to listen on (default: this machine only)"
    )
    serve.add_argument("--port", type=int, default=8420, help="0 takes any free port")
    serve.add_argument("--database", required=True, help="the SQLite file; made when it is missing")
    serve.add_argument(
        "--key-memory", type=int, default=KEY_MEMORY_SECONDS, help="seconds to remember idempotency keys"
    )
    serve.add_argument("--control-token", default="", help=f"opens the control API (or set {TOKEN_VARIABLE})")
    return parser
