"""A real headless Chromium, the one that is installed, for the browser journeys."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, expect, sync_playwright

from toolbox.machine import chromium_flags, require_chromium

# Playwright's synchronous driver keeps an event loop in the thread, which Django takes for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

# As long as what a page does is waited for (`journeys/conftest.py`): a busy machine is no fault of the page.
expect.set_options(timeout=15_000)

ALONE = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser, which talks to nobody but the pages, and close it afterwards."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=require_chromium(), args=[*ALONE, *chromium_flags()]
        )
        try:
            yield browser
        finally:
            browser.close()
