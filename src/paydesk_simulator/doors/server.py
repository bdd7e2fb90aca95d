"""The server: one thread for each connection, and the power to hang up in the middle of an answer."""

from __future__ import annotations

import logging
import os
import socket
import struct
import sys
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from paydesk_simulator.database import Books
from paydesk_simulator.doors.api import answer_api
from paydesk_simulator.doors.control import answer_control
from paydesk_simulator.doors.exchange import Answer, Going, Request, as_json
from paydesk_simulator.traffic import Traffic

log = logging.getLogger(__name__)

_BODY_BYTES_MAX = 64 * 1024 * 1024


class SimulatorServer(ThreadingHTTPServer):
    """Listens on one address."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(
        self, address: tuple[str, int], *, books: Books, control_token: str, key_memory_seconds: int
    ) -> None:
        super().__init__(address, Connection)
        self.books = books
        self.traffic = Traffic()
        self.control_token = control_token
        self.key_memory_seconds = key_memory_seconds

    def answer(self, request: Request) -> Answer:
        """Give a request to the door that it knocked at."""
        if request.path == "/health":
            return as_json({"healthy": True})
        if request.path.startswith("/v1/"):
            return answer_api(self.books, self.traffic, request)
        if request.path.startswith("/control/"):
            return answer_control(
                self.books,
                self.traffic,
                request,
                token=self.control_token,
                key_memory_seconds=self.key_memory_seconds,
            )
        # Templates take a fifth of the start, and no drill opens a page.
        from paydesk_simulator.doors.pages import answer_page

        return answer_page(self.books, request)

    def handle_error(self, request: object, client_address: object) -> None:
        """An asker who hung up is no error of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            log.exception("a connection broke")


class Connection(BaseHTTPRequestHandler):
    """One connection, kept alive between requests."""

    server: SimulatorServer
    protocol_version = "HTTP/1.1"
    server_version = "SimulatedCompany"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer()

    def do_DELETE(self) -> None:
        """Answer a DELETE."""
        self._answer()

    def log_message(self, format: str, *values: object) -> None:  # noqa: A002  the base class calls it so
        """Keep quiet: addresses of pages are secrets."""

    def _answer(self) -> None:
        try:
            answer = self.server.answer(self._request())
        except Exception:
            log.exception("the simulator broke")
            answer = as_json(
                {"error": {"code": "broken", "message": "The simulator is broken; see its log."}}, 500
            )
        self.close_connection = self.close_connection or answer.going is not Going.WHOLE
        if answer.going is Going.WHOLE:
            self._write(answer, answer.body)
        elif answer.going is Going.HALF:
            self._write(answer, answer.body[: len(answer.body) // 2])
            self._keep_silent(answer.silent_seconds)
        elif answer.going is Going.RESET:
            self._reset()

    def _write(self, answer: Answer, body: bytes) -> None:
        """Write an answer with so much of its body; it announces all of it."""
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _keep_silent(self, seconds: float) -> None:
        """Hold the connection open without a word; an asker who hangs up makes it readable."""
        self.connection.settimeout(seconds)
        with suppress(OSError):
            self.connection.recv(1)

    def _reset(self) -> None:
        """Close with RST: a socket that lingers for no time sends no farewell."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        length = min(int(self.headers.get("Content-Length") or 0), _BODY_BYTES_MAX)
        host = self.headers.get("Host") or f"127.0.0.1:{self.server.server_port}"
        return Request(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
            base=f"http://{host}",
        )
