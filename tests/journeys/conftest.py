"""Journeys: a real browser at a real web server with a real worker, on the database of the test.

A journey is marked `django_db(transaction=True)`: what it arranges is committed, and thrown away after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.journeys.installation import Installation, running_installation

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def installation(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One installation for all journeys of this process."""
    with (
        django_db_blocker.unblock(),
        running_installation(tmp_path_factory.mktemp("installation")) as running,
    ):
        yield running


@pytest.fixture
def new_context(chrome: Browser) -> Iterator[Any]:
    """Make browsers that know nothing of each other, phones unless asked otherwise."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = chrome.new_context(**({"viewport": PHONE, "locale": "en-GB"} | options))
        context.set_default_timeout(15_000)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture
def page(new_context: Any) -> Page:
    """A fresh browser on a phone."""
    opened: Page = new_context().new_page()
    return opened
