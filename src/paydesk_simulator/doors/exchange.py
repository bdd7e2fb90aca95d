"""One request and its answer, plain."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from paydesk_simulator.refused import Refused


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What came in. Header names are lower case; `base` is the address under which we were reached."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base: str

    def bearer(self) -> str:
        """Give the key in the Authorization header, or nothing."""
        scheme, _, key = self.headers.get("authorization", "").partition(" ")
        return key.strip() if scheme.lower() == "bearer" else ""


class Going(Enum):
    """How an answer goes out: whole; or not at all, for the connection is closed or reset; or half, then silence."""

    WHOLE = "whole"
    LOST = "lost"
    RESET = "reset"
    HALF = "half"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What goes out. Half an answer is followed by `silent_seconds`, unless the asker hangs up before."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    going: Going = Going.WHOLE
    silent_seconds: float = 0


def as_json(value: object, status: int = 200) -> Answer:
    """Answer with JSON; times are ISO 8601."""
    return Answer(status=status, body=json.dumps(value, default=_plain).encode())


def refusal(refused: Refused) -> Answer:
    """Answer with a clear no."""
    return as_json({"error": {"code": refused.code, "message": refused.words}}, refused.status)


def too_many_requests(*, retry_after_seconds: int) -> Answer:
    """Ask the merchant to come back later; nothing was done."""
    busy = refusal(Refused(429, "busy", "Too many requests."))
    return replace(busy, headers={"Retry-After": str(retry_after_seconds)})


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not JSON")
