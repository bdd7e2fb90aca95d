"""Logs as JSON lines; only fields that are named here leave, so that a secret cannot slip out in a dict."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

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
            "event": record.getMessage(),
        }
        line |= {name: record.__dict__[name] for name in _FIELDS if name in record.__dict__}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure(_config: Any) -> None:
    """Set logging up; Django calls this once."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(_level())
    logging.getLogger("urllib3").setLevel(logging.WARNING)


def _level() -> str:
    from django.conf import settings

    level: str = settings.PAYDESK_LOG_LEVEL
    return level
