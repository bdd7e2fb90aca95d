"""What we ask the company, what counts as an answer, and handing it to whoever translates it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from paydesk.gateways.contract import GatewayRefused, GatewayUnreachable, Settings
from paydesk.gateways.http import HttpAnswer, HttpRequest, ask
from paydesk.gateways.records import Page
from paydesk.kit.card_data import scrub_card_data

Answer = Mapping[str, Any]
Record = TypeVar("Record")
Translate = Callable[[Answer], Record]

#: Keys of other accounts as well: a log has no business with any.
_KEYS = re.compile(r"\bsim_(sk|wh)_[\w-]+")


class Company:
    """The company's API as one account sees it. It knows addresses and statuses, no meanings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def read(self, to_record: Translate[Record], *path: str, **query: str) -> Record | None:
        """Read something; None when the company does not know it."""
        asked = urlencode({name: value for name, value in query.items() if value})
        answer = self._ask("GET", path, query=f"?{asked}" if asked else "")
        return None if answer.status == 404 else self._translate(to_record, answer)

    def page(self, to_record: Translate[Record], *path: str, **query: str) -> Page[Record]:
        """Read a page of a listing; whom the company does not know has nothing."""

        def to_page(answer: Answer) -> Page[Record]:
            return Page(records=list(map(to_record, answer["rows"])), next_cursor=answer["next_cursor"])

        return self.read(to_page, *path, **query) or Page(records=())

    def change(self, to_record: Translate[Record], *path: str, key: str, **fields: object) -> Record:
        """Ask for something that can be asked for again with the same key."""
        return self._translate(
            to_record, self._ask("POST", path, key=key, body=json.dumps(fields, sort_keys=True).encode())
        )

    def move_money(self, to_record: Translate[Record], *path: str, key: str) -> Record:
        """Ask for money to move. Only an answer that says how it went is one; a refusal to listen is not (R6)."""
        answer = self._ask("POST", path, key=key, body=b"{}")
        if answer.status != 200:
            raise GatewayUnreachable(f"{'/'.join(path)} answered {answer.status}")
        return self._translate(to_record, answer)

    def scrub(self, transcript: str) -> str:
        """Take our secrets and card data out of a text."""
        for secret in filter(None, self._settings.credentials.values()):
            transcript = transcript.replace(secret, "***")
        return scrub_card_data(_KEYS.sub(r"sim_\1_***", transcript))

    def _ask(
        self, method: str, path: tuple[str, ...], *, query: str = "", body: bytes = b"", key: str = ""
    ) -> HttpAnswer:
        address = "/".join(quote(part, safe="") for part in path)
        api_key = self._settings.credentials.get("api_key", "")
        request = HttpRequest(
            method=method,
            url=f"{self._settings.base_url.rstrip('/')}/v1/{address}{query}",
            headers={"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"},
            body=body,
            idempotency_key=key,
            a_second=int(self._settings.options.get("calls_a_second", "0")),
        )
        return ask(request, timeout=self._settings.timeout, scrub=self.scrub)

    def _translate(self, to_record: Translate[Record], answer: HttpAnswer) -> Record:
        """An answer that is not what the company promises is no answer."""
        try:
            words = json.loads(answer.body)
            if answer.status == 200:
                return to_record(words)
            refusal = f"{words['error']['code']}: {words['error']['message']}"
        except (ValueError, KeyError, TypeError) as odd:
            raise GatewayUnreachable(f"The answer ({answer.status}) cannot be read: {odd!r}") from odd
        if not 400 <= answer.status < 500:
            raise GatewayUnreachable(f"The answer was {answer.status}")
        raise GatewayRefused(self.scrub(refusal))
