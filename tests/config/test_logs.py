"""A log line is one JSON object, and carries only what was named beforehand."""

import json
import logging
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponseBase
from django.test import Client, override_settings
from django.urls import path

from paydesk.config.environment import log_level
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


def _break(_request: HttpRequest, secret: str) -> HttpResponseBase:
    if secret == "gone":
        raise Http404
    raise ValueError("no such row")


urlpatterns = [path("links/<str:secret>", _break)]


def test_the_product_s_own_lines_leave_as_json() -> None:
    """Without this nobody hears of a page that broke."""
    assert [type(handler.formatter) for handler in _own_handlers()] == [JsonLines]
    assert logging.getLogger("django").handlers == []
    assert logging.getLogger("django.request").propagate


@override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[], ALLOWED_HOSTS=["testserver"])
def test_a_page_that_broke_is_told_of_without_the_secret_in_its_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = Client(raise_request_exception=False)
    client.get("/links/gone")
    client.get("/links/s3cr3t")

    [record] = [one for one in caplog.records if one.name == "django.request"]
    line = JsonLines().format(record)
    assert json.loads(line)["event"] == "GET links/<str:secret>: 500 Internal Server Error"
    assert "ValueError: no such row" in line
    assert "s3cr3t" not in line


def _own_handlers() -> list[logging.Handler]:
    """Give those of the root that pytest has not put there."""
    return [one for one in logging.getLogger().handlers if not type(one).__module__.startswith("_pytest")]


def test_a_library_that_would_write_secrets_down_is_kept_quiet() -> None:
    assert logging.getLogger("stripe").getEffectiveLevel() == logging.WARNING


@pytest.mark.parametrize(("given", "level"), [(None, "INFO"), ("", "INFO"), ("debug", "DEBUG")])
def test_how_much_is_written_may_be_said_in_any_letters(
    monkeypatch: pytest.MonkeyPatch, given: str | None, level: str
) -> None:
    monkeypatch.delenv("PAYDESK_LOG_LEVEL", raising=False)
    if given is not None:
        monkeypatch.setenv("PAYDESK_LOG_LEVEL", given)
    assert log_level("PAYDESK_LOG_LEVEL") == level


def test_a_level_that_is_none_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYDESK_LOG_LEVEL", "loud")
    with pytest.raises(ImproperlyConfigured, match="PAYDESK_LOG_LEVEL must be one of"):
        log_level("PAYDESK_LOG_LEVEL")
