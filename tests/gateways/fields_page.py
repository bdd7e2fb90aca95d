"""A page with a company's card fields, as the portal makes it, for a browser to open without the portal."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page


@dataclass
class Site:
    """A page as the portal makes it, with nothing inline, on a server of its own."""

    values: Mapping[str, str]
    module: Path
    sent: list[str] = field(default_factory=list)
    url: str = ""

    def html(self) -> str:
        values = " ".join(f'data-{name}="{escape(value)}"' for name, value in self.values.items())
        return (
            "<!doctype html><title>Card</title><form method='post' action='/saved'>"
            f"<div data-hosted-fields data-label='Card' {values}></div>"
            "<button name='then' value='save'>Save</button>"
            "<button name='then' value='pay'>Save and pay</button></form>"
            "<script type='module' src='/fields.js'></script>"
        )


@contextmanager
def served(site: Site) -> Iterator[Site]:
    """Serve the page, our module, and a place for the form to go: only a local page may ask local hosts."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/fields.js":
                self._answer(site.module.read_bytes(), "text/javascript")
            elif self.path == "/card":
                self._answer(site.html().encode(), "text/html")
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            site.sent.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._answer(b"<h1>Sent</h1>", "text/html")

        def log_message(self, *_words: object) -> None:
            pass

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        site.url = f"http://127.0.0.1:{server.server_port}"
        yield site
        server.shutdown()


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    opened = chrome.new_page()
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()
