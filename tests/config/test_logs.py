"""A log line is one JSON object, and carries only what was named beforehand."""

import json
import logging
import sys

from paydesk.config.logs import JsonLines


def _line(**extra: object) -> dict[str, object]:
    record = logging.makeLogRecord(
        {"name": "paydesk.work", "levelname": "INFO", "msg": "row %s failed", "args": (7,), **extra}
    )
    found: dict[str, object] = json.loads(JsonLines().format(record))
    return found


def test_a_line_says_when_where_and_what() -> None:
    line = _line(queue="letters")
    assert line["event"] == "row 7 failed"
    assert line["logger"] == "paydesk.work"
    assert line["level"] == "info"
    assert line["queue"] == "letters"
    assert str(line["timestamp"]).endswith("+00:00")


def test_a_field_that_nobody_named_stays_inside() -> None:
    assert "token" not in _line(token="secret")


def test_an_exception_is_one_field_of_the_same_line() -> None:
    try:
        raise ValueError("no such row")
    except ValueError:
        line = _line(exc_info=sys.exc_info())
    assert "ValueError: no such row" in str(line["exception"])
