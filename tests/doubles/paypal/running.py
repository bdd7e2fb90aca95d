"""Start the double of PayPal as a process of its own, and speak with it: by its control door, as merchant, as payer."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener, urlopen

from tests.processes import Running, running_server

HERE = Path(__file__).parent
ROOT = HERE.parent.parent.parent

Json = dict[str, Any]


class ControlRefused(AssertionError):
    """The control door said no; the message is its answer."""


@dataclass(frozen=True)
class PayPalDouble:
    """The running company."""

    server: Running

    @property
    def url(self) -> str:
        """Give its address, without a slash at the end."""
        return self.server.url

    @cached_property
    def root_certificate(self) -> str:
        """Give the root that this PayPal's certificates are to be trusted by, as PEM."""
        return str(self.control("root-certificate")["pem"])

    def open_account(self) -> dict[str, str]:
        """Open an account; gives `client_id`, `client_secret` and `webhook_id`."""
        return self.control("accounts")

    def control(self, path: str, /, **asked: Any) -> Json:
        """Call the control door; a clear no is a ControlRefused."""
        request = Request(f"{self.url}/control/{path}", data=json.dumps(asked).encode(), method="POST")
        try:
            with urlopen(request, timeout=60) as answer:
                found: Json = json.load(answer)
                return found
        except HTTPError as refused:
            raise ControlRefused(f"{path}: {refused.read().decode()}") from refused


@contextmanager
def start_paypal(contracts: Path) -> Iterator[PayPalDouble]:
    """Run the company while the block runs."""
    command: list[str | Path] = [sys.executable, HERE / "server.py", "{port}", contracts]
    with running_server(command, environment={"PYTHONPATH": str(ROOT)}, ready_path="/health") as server:
        yield PayPalDouble(server)


@dataclass(kw_only=True)
class Merchant:
    """Whoever calls PayPal's API with an account's credentials."""

    url: str
    client_id: str
    client_secret: str
    token: str = ""

    def api(
        self, method: str, path: str, body: Any = None, *, key: str = "", whole: bool = True
    ) -> tuple[int, Any]:
        """Call PayPal's own API; gives the status and the JSON of the answer. A token that grew old is renewed."""
        answer = self._call_with_token(method, path, body, key=key, whole=whole)
        if answer[0] == 401:
            self.token = ""
            answer = self._call_with_token(method, path, body, key=key, whole=whole)
        return answer

    def _call_with_token(
        self, method: str, path: str, body: Any, *, key: str, whole: bool
    ) -> tuple[int, Any]:
        self.token = self.token or self._get_token()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        headers |= {"PayPal-Request-Id": key} if key else {}
        headers |= {"Prefer": "return=representation"} if whole and body is not None else {}
        return self._call(method, path, None if body is None else json.dumps(body).encode(), headers)

    def _get_token(self) -> str:
        basic = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        _status, body = self._call("POST", "/v1/oauth2/token", b"grant_type=client_credentials", headers)
        return str(body.get("access_token", "none"))

    def _call(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, Any]:
        request = Request(self.url + path, data=body, headers=dict(headers), method=method)
        try:
            with urlopen(request, timeout=30) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except HTTPError as refused:
            return refused.code, json.loads(refused.read())


def press(page_url: str, button: str = "confirm") -> str:
    """Press `confirm` or `cancel` on one of PayPal's pages; gives the address that it leads to, empty for none."""
    body = urlencode({"pressed": button}).encode()
    try:
        build_opener(_NoRedirect).open(Request(page_url, data=body, method="POST"), timeout=10).close()
    except HTTPError as redirected:
        return str(redirected.headers["Location"])
    return ""


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        """Follow nothing: where a page leads to is for the test to see."""
