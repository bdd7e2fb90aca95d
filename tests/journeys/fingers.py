"""Press one button with many fingers at once: the same form, sent side by side."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from django.db import connections
from playwright.sync_api import Locator, Page


def press_at_once(
    page: Page, form: Locator, *, fingers: int, also: tuple[str, str] | None = None
) -> set[int]:
    """Send a form of the page as it stands; gives the answers' codes. `also`: name and value of the button."""
    page.wait_for_load_state()
    fields = [
        (one.get_attribute("name") or "", one.get_attribute("value") or "")
        for one in form.locator("input[type=hidden], input:checked").all()
    ]
    fields += [also] if also else []
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    address = page.url
    with ThreadPoolExecutor(fingers) as hand:
        answers = set(hand.map(lambda _: _post(address, cookies, fields), range(fingers)))
    connections.close_all()
    return answers


def _post(address: str, cookies: str, fields: list[tuple[str, str]]) -> int:
    parts = urlsplit(address)
    wire = HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    headers = {
        "Cookie": cookies,
        "Content-Type": "application/x-www-form-urlencoded",
        "Host": parts.netloc,
        "Origin": f"{parts.scheme}://{parts.netloc}",
    }
    wire.request("POST", parts.path, urlencode(fields), headers)
    return wire.getresponse().status
