"""Journeys: a real browser at a real web server with a real worker, on the database of the test.

A journey is marked `django_db(transaction=True)`: what it arranges is committed, and thrown away after it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight
from paydesk.work.models import Heartbeat
from tests.journeys.installation import Installation, running_installation
from tests.journeys.looks import PHONE
from tests.journeys.pages import EachPage, open_each
from tests.journeys.portal.gallery import Shown
from toolbox.machine import require_chromium

_BEATS = itertools.count(1_000_000, 1_000_000)


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


@pytest.fixture(autouse=True)
def the_worker_knows_the_database(request: pytest.FixtureRequest) -> None:
    """Tables that the test before has emptied are a restored backup to a worker that runs on: it would hold charging.

    So each test begins with a heartbeat far beyond those of the tests before.
    """
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("transactional_db")
        beat = {"number": next(_BEATS), "beat_at": clock.wall_now()}
        Heartbeat.objects.update_or_create(id=Heartbeat.ONLY, defaults=beat)


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
def each_page(installation: Installation, new_context: Any) -> EachPage:
    """Open all pages of somebody, on a phone unless asked otherwise."""

    def opened(shop: MerchantInSight, life: Shown, /, **options: Any) -> Iterator[Page]:
        return open_each(new_context(**options), installation, shop, life)

    return opened


@pytest.fixture
def each_page_enlarged(installation: Installation, chrome: Browser) -> Iterator[EachPage]:
    """The same with text at twice its size, as somebody sets it in the browser who needs that."""
    flags = ["--no-sandbox", "--disable-gpu", "--blink-settings=defaultFontSize=32"]
    large = chrome.browser_type.launch(executable_path=require_chromium(), args=flags)

    def opened(shop: MerchantInSight, life: Shown, /, **options: Any) -> Iterator[Page]:
        context = large.new_context(**({"viewport": PHONE} | options))
        return open_each(context, installation, shop, life)

    yield opened
    large.close()


@pytest.fixture
def page(new_context: Any) -> Page:
    """A fresh browser on a phone."""
    opened: Page = new_context().new_page()
    return opened
