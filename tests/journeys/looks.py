"""Look at a page as somebody does who cannot scroll sideways, hear it wrongly, or miss what is faint."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

#: The one rule that WCAG 2.2 AA adds, 2.5.8, is off unless it is asked for.
_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


def fits(page: Page) -> None:
    """No sideways scrolling."""
    # What was pressed just now leads to a page that may have begun, and has nothing on it yet.
    page.wait_for_load_state()
    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1], f"{page.url} is {wide[0]} px wide in a window of {wide[1]}"


def looks_right(page: Page) -> None:
    """It fits, and nothing shuts somebody out."""
    fits(page)
    shuts_nobody_out(page)


def shuts_nobody_out(page: Page, *, without: str = "") -> None:
    """Axe: WCAG 2.2 A and AA, and best practice. `without`: a selector of what is not ours."""
    context = {"exclude": [[without]]} if without else None
    found = Axe().run(page, context, _OPTIONS)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
