"""Logs as JSON lines; only fields that are named here leave, so that a secret cannot slip out in a dict."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

#: What a record may carry besides its message, given as `extra`.
_FIELDS = ("merchant", "connection", "queue", "row", "reason", "took_ms")

_LEVELS = {
    # What a visitor asked for wrongly is no news; what broke is an error.
    "django.request": logging.ERROR,
    "django.security.DisallowedHost": logging.CRITICAL,
    "urllib3": logging.WARNING,
    # At DEBUG it writes what it sends and gets whole, at INFO two lines for each call (`stripe/_api_requestor.py`).
    "stripe": logging.WARNING,
}


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
    """Of a request the pattern of its address is told, not the address: that may hold the secret of a link.

    Django's words end with the address; what they say before it is kept (`django/utils/log.py`, `log_response`).
    """
    request = record.__dict__.get("request")
    if not isinstance(request, HttpRequest):
        return record.getMessage()
    found = request.resolver_match
    why = record.args[0] if isinstance(record.args, tuple) and len(record.args) > 1 else record.levelname
    where = found.route if found else "no page"
    return f"{request.method} {where}: {record.__dict__.get('status_code', '')} {why}"


def configure(_config: Any) -> None:
    """Set logging up; Django calls this once."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(_level())
    logging.getLogger("django").handlers = []
    for name, level in _LEVELS.items():
        logging.getLogger(name).setLevel(level)


def _level() -> str:
    from django.conf import settings

    level: str = settings.PAYDESK_LOG_LEVEL
    return level
