"""Logs as JSON lines; only fields that are named here leave, so that a secret cannot slip out in a dict."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

#: What a record may carry besides its message, given as `extra`.
_FIELDS = ("merchant", "connection", "queue", "row", "reason", "took_ms")


class JsonLines(logging.Formatter):
    """One JSON object a line, with the time in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record; of its extras only the named ones."""
        line: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
        }
        line |= {name: record.__dict__[name] for name in _FIELDS if name in record.__dict__}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def _event(record: logging.LogRecord) -> str:
    """Of a request the pattern of its address is told, not the address: that may hold the secret of a link."""
    request = record.__dict__.get("request")
    if not isinstance(request, HttpRequest):
        return record.getMessage()
    found = request.resolver_match
    return f"{request.method} {found.route if found else 'no page'}: {record.__dict__.get('status_code', '')}"


def configure(_config: Any) -> None:
    """Set logging up; Django calls this once."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(_level())
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    # What a visitor asked for wrongly is no news, and what broke is written once.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    logging.getLogger("django").handlers = []


def _level() -> str:
    from django.conf import settings

    level: str = settings.PAYDESK_LOG_LEVEL
    return level
