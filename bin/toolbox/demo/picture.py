"""Sign in to the demo in Chromium and photograph the overview: `python -m toolbox.demo.picture URL SLUG FILE`."""

import sys

from playwright.sync_api import Page, sync_playwright

from toolbox.demo.story import SHOWN
from toolbox.machine import chromium_flags, require_chromium

WINDOW = {"width": 1200, "height": 800}


def main(url: str, slug: str, file: str) -> None:
    """Take the picture of the first customer whom the demo names."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=require_chromium(), args=chromium_flags())
        context = browser.new_context(viewport=WINDOW, device_scale_factor=1.5, reduced_motion="reduce")  # type: ignore[arg-type]
        page = context.new_page()
        _sign_in(page, url, slug, next(iter(SHOWN)))
        page.screenshot(path=file)
        browser.close()


def _sign_in(page: Page, url: str, slug: str, address: str) -> None:
    page.goto(f"{url}/m/{slug}/sign-in")
    page.get_by_label("e-mail").fill(address)
    page.get_by_role("button", name="Send me a link").click()
    page.wait_for_url("**/sign-in/code")
    mailbox = page.context.new_page()
    mailbox.goto(f"{url}/mailbox")
    while not mailbox.locator("a[href^='/mailbox/']").count():
        mailbox.wait_for_timeout(200)
        mailbox.reload()
    mailbox.locator("a[href^='/mailbox/']").first.click()
    link = mailbox.locator("a[href*='/sign-in/link#']").first.get_attribute("href")
    mailbox.close()
    page.goto(link or "")
    page.locator("form[data-link] button").click()
    page.wait_for_url(f"{url}/m/{slug}/")


if __name__ == "__main__":
    main(*sys.argv[1:])
