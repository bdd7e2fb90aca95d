"""A merchant that was found may be remembered for a moment; one that was not is asked for each time."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from pytest_django.fixtures import Settings

from paydesk.merchants import find
from paydesk.merchants.models import Merchant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "_FOUND", {})


def _merchant() -> None:
    Merchant.objects.create(
        slug="clay", name="Clay", mode="test", support_email="help@clay.example", created_at=datetime.now(UTC)
    )


def _name() -> str | None:
    found = find.merchant_by_slug("clay")
    return found.name if found else None


def test_without_the_setting_every_change_shows_at_once() -> None:
    _merchant()
    assert _name() == "Clay"
    Merchant.objects.update(name="Clay & Sons")

    assert _name() == "Clay & Sons"


def test_a_change_shows_when_the_moment_is_over(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PAYDESK_MERCHANT_SECONDS = 2
    now = [1000.0]
    monkeypatch.setattr(find, "time", SimpleNamespace(monotonic=lambda: now[0]))
    _merchant()
    assert _name() == "Clay"
    Merchant.objects.update(name="Clay & Sons")
    assert _name() == "Clay"

    now[0] += 2.1
    assert _name() == "Clay & Sons"


def test_a_merchant_that_was_not_there_is_found_as_soon_as_it_is(settings: Settings) -> None:
    settings.PAYDESK_MERCHANT_SECONDS = 60
    assert _name() is None
    _merchant()

    assert _name() == "Clay"
