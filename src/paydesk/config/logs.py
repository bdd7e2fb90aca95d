"""Logs as JSON lines; only fields that are named here leave, so that a secret cannot slip out in a dict."""

from __future__ import annotations

import logging
import logging.config
from typing import Any

import structlog

#: What a record may carry besides its message.
_FIELDS = {"event", "level", "timestamp", "logger", "exception", "merchant", "connection", "queue", "row", "reason", "took_ms"}


def configure(_config: Any) -> None:
    """Set logging up; Django calls this once."""
    shared = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _only_named_fields,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(_level())
    logging.getLogger("urllib3").setLevel(logging.WARNING)


def _level() -> str:
    from django.conf import settings

    level: str = settings.PAYDESK_LOG_LEVEL
    return level


def _only_named_fields(_logger: Any, _name: str, record: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {name: value for name, value in record.items() if name in _FIELDS}
