"""Look at a page as somebody does who cannot scroll sideways, hear it wrongly, or miss what is faint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page, ViewportSize

#: The one rule that WCAG 2.2 AA adds, 2.5.8, is off unless it is asked for.
_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
#: What is well is not handed over: that takes a third of the time.
_ASK = "([context, options]) => axe.run(context ?? document, options).then(({violations}) => ({violations}))"


PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL_PHONE: ViewportSize = {"width": 360, "height": 740}
TABLET: ViewportSize = {"width": 768, "height": 1000}
DESK: ViewportSize = {"width": 1280, "height": 900}
#: In which light somebody looks at a page, and through a window of which size.
Look = tuple[Literal["light", "dark"], ViewportSize]
LOOKS: list[Look] = [("light", PHONE), ("dark", PHONE), ("light", TABLET), ("dark", DESK)]


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


def looks_right_everywhere(page: Page, looks: Sequence[Look] = LOOKS) -> None:
    """The light and the window change while the page stays, as they do when the sun sets or somebody turns a tablet."""
    for scheme, size in looks:
        # What fades from one colour to the other would be seen half-way.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size(size)
        looks_right(page)


def shuts_nobody_out(page: Page, *, without: str = "") -> None:
    """Axe: WCAG 2.2 A and AA, and best practice. `without`: a selector of what is not ours."""
    if page.evaluate("!('axe' in window)"):
        page.evaluate(AXE_SCRIPT)
    context = {"exclude": [[without]]} if without else None
    found = AxeResults(page.evaluate(_ASK, [context, _OPTIONS]))
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
