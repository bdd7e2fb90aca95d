"""Ask PayPal, and say in the contract's words what its answer means.

Every request goes out by `paydesk.gateways.http`, with a token of OAuth (POST /v1/oauth2/token) that this process
keeps until it ends, and `PayPal-Request-Id` as the key of whatever changes something.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

from paydesk.gateways.contract import GatewayRefused, GatewayUnreachable, Settings
from paydesk.gateways.http import HttpAnswer, HttpRequest
from paydesk.gateways.http import ask as ask_host
from paydesk.gateways.paypal.declines import DECLINED_ISSUES
from paydesk.gateways.paypal.settings import CLIENT_ID, CLIENT_SECRET, base_url, calls_a_second
from paydesk.kit.card_data import scrub_card_data

Json = Mapping[str, Any]
Body = Json | Sequence[Json] | bytes | None

_TOKENS: dict[tuple[str, str, str], tuple[str, datetime]] = {}
#: A token that is about to end could end on its way.
_RENEWED_BEFORE = timedelta(minutes=1)
_UNNAMEABLE = {"", ".", ".."}
_SECRETS = re.compile(
    r"(?<=Bearer )\S+|(?<=Basic )\S+|(?<=access_token\":\")[^\"]+|(?<=access_token\": \")[^\"]+"
)


class Refused(GatewayRefused):
    """A clear no to a request that moves no money, with PayPal's word for it."""

    def __init__(self, words: str, *, issue: str) -> None:
        super().__init__(words)
        self.issue = issue


class Declined(Exception):
    """Money was asked for, and PayPal or a bank said no in one of the documented ways: nothing has moved."""

    def __init__(self, issue: str, answer: Json) -> None:
        super().__init__(issue)
        self.issue = issue
        self.answer = answer


class Line:
    """The line of one connection to PayPal, made with our settings. It knows addresses and statuses, no meanings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def read(self, *path: str, **query: str) -> Json | None:
        """Read something; None when PayPal says that it knows no such thing."""
        if _UNNAMEABLE.intersection(path):
            return None
        asked = urlencode({name: value for name, value in query.items() if value})
        answer = self._send("GET", path, query=f"?{asked}" if asked else "")
        if answer.status == 404 and _issue(_json(answer)):
            return None
        return self._clear(answer)

    def ask(self, *path: str, key: str = "", body: Body = None, method: str = "POST") -> Json:
        """Ask for something that moves no money; {} where there is nothing to say. Raises Refused for a clear no."""
        if _UNNAMEABLE.intersection(path):
            raise Refused(f"{'/'.join(path)} names nothing.", issue="RESOURCE_NOT_FOUND")
        return self._clear(self._send(method, path, key=key, body=body))

    def move_money(self, *path: str, key: str, body: Json) -> Json:
        """Ask for money to move. Raises Declined for a documented no; all else that is no answer is doubt (R6)."""
        try:
            answer = self._send("POST", path, key=key, body=body)
        except GatewayRefused as refused:
            raise GatewayUnreachable(str(refused)) from None
        if 200 <= answer.status < 300:
            return self._clear(answer)
        said = _json(answer)
        if answer.status in (403, 422) and _issue(said) in DECLINED_ISSUES:
            raise Declined(_issue(said), said)
        raise GatewayUnreachable(self._words(path, answer))

    def scrub(self, transcript: str) -> str:
        """Take credentials, tokens and card data out of a text."""
        for secret in filter(None, self._settings.credentials.values()):
            transcript = transcript.replace(secret, "***")
        return scrub_card_data(_SECRETS.sub("***", transcript))

    def _clear(self, answer: HttpAnswer) -> Json:
        if answer.status == 204:
            return {}
        if 200 <= answer.status < 300:
            if found := _json(answer):
                return found
            raise GatewayUnreachable(f"PayPal answered {answer.status} and nothing that can be read.")
        if 400 <= answer.status < 500 and (issue := _issue(_json(answer))):
            raise Refused(self._words((), answer), issue=issue)
        raise GatewayUnreachable(f"PayPal answered {answer.status}.")

    def _words(self, path: Sequence[str], answer: HttpAnswer) -> str:
        """Say what PayPal said, with the id under which its support finds the request."""
        said = _json(answer)
        words = [*path[-1:], str(answer.status), _issue(said), _description(said)]
        if debug_id := said.get("debug_id"):
            words.append(f"(debug id {debug_id})")
        return self.scrub(f"PayPal: {' '.join(filter(None, words))}")

    def _send(
        self, method: str, path: Sequence[str], *, query: str = "", key: str = "", body: Body = None
    ) -> HttpAnswer:
        """Send a request; a token that PayPal no longer takes is renewed once, and the same is asked again."""
        answer = self._send_with(self._token(), method, path, query, key, body)
        if answer.status == 401:
            _TOKENS.pop(self.account, None)
            answer = self._send_with(self._token(), method, path, query, key, body)
        return answer

    def _send_with(
        self, token: str, method: str, path: Sequence[str], query: str, key: str, body: Body
    ) -> HttpAnswer:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if method != "GET":
            headers |= {"Content-Type": "application/json", "Prefer": "return=representation"}
        if key:
            headers["PayPal-Request-Id"] = key
        address = "/".join(quote(part, safe="") for part in path)
        return self._exchange(method, f"{address}{query}", headers, _written(body))

    def _token(self) -> str:
        """Give the process's token for this account, or ask for one."""
        kept = _TOKENS.get(self.account)
        if kept and self._settings.now() < kept[1]:
            return kept[0]
        asked_at, found = self._settings.now(), self._clear(self._ask_token())
        try:
            token, lasts = str(found["access_token"]), timedelta(seconds=int(found["expires_in"]))
        except (KeyError, TypeError, ValueError):
            raise GatewayUnreachable("PayPal gave no token.") from None
        _TOKENS[self.account] = (token, asked_at + lasts - _RENEWED_BEFORE)
        return token

    def _ask_token(self) -> HttpAnswer:
        name, secret = (self._settings.credentials.get(one, "") for one in (CLIENT_ID, CLIENT_SECRET))
        basic = b64encode(f"{name}:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Accept": "application/json"}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._exchange("POST", "v1/oauth2/token", headers, b"grant_type=client_credentials")

    @property
    def account(self) -> tuple[str, str, str]:
        """Say whose line this is: a token is one account's, and of whoever knows its secret; of that, a digest."""
        credentials = self._settings.credentials
        secret = sha256(credentials.get(CLIENT_SECRET, "").encode()).hexdigest()
        return base_url(self._settings), credentials.get(CLIENT_ID, ""), secret

    def _exchange(self, method: str, address: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        request = HttpRequest(
            method=method,
            url=f"{base_url(self._settings)}/{address}",
            headers=headers,
            body=body,
            a_second=calls_a_second(self._settings),
        )
        return ask_host(request, timeout=self._settings.timeout, scrub=self.scrub)


@contextmanager
def clear_answers() -> Iterator[None]:
    """Read an answer within: one that is not what PayPal promises is no clear one."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as odd:
        raise GatewayUnreachable(f"The answer is not one of PayPal's: {type(odd).__name__}") from odd


def moment(text: str) -> datetime:
    """Read a time of PayPal: 2026-11-29T10:00:00Z, or in Transaction Search with +0000."""
    return datetime.fromisoformat(text)


def written(at: datetime) -> str:
    """Write a time for PayPal, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _written(body: Body) -> bytes:
    """Bytes leave as they are."""
    if isinstance(body, bytes):
        return body
    return json.dumps(body, sort_keys=True).encode() if body is not None else b""


def _json(answer: HttpAnswer) -> Json:
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _issue(said: Json) -> str:
    """PayPal's word for a no: the issue of its first detail, else the name; `error` is OAuth's."""
    return str(_detail(said).get("issue") or said.get("name") or said.get("error") or "")


def _description(said: Json) -> str:
    told = (_detail(said).get("description"), said.get("message"), said.get("error_description"))
    return str(next(filter(None, told), ""))


def _detail(said: Json) -> Json:
    details = said.get("details")
    return details[0] if isinstance(details, list) and details and isinstance(details[0], dict) else {}
