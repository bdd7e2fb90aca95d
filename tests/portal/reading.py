"""Read a page as its reader does: the words without the markup."""

from __future__ import annotations

import html
import re
from datetime import datetime
from typing import Any

from django.test import Client

from paydesk.kit.clock import local_date
from paydesk.portal.words.dates import day

PORTAL = "/m/harbor"


def words(response: Any) -> str:
    """Give the words of a page in one line, as they are read out: what is hidden from readers is left out."""
    text = response.content.decode()
    text = re.sub(r'<(script|svg|span)[^>]*aria-hidden="true"[^>]*>.*?</\1>', " ", text, flags=re.DOTALL)
    text = re.sub(r"</?(?:a|span|strong|time|b)\b[^>]*>", "", text)
    text = html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ")
    return re.sub(r"\s+", " ", text)


def read(browser: Client, path: str = "/", *, status: int = 200) -> str:
    """Open a page of the portal and read it."""
    response = browser.get(PORTAL + path)
    assert response.status_code == status, (response.status_code, response.headers)
    return words(response)


def day_there(when: datetime) -> str:
    """Write the day of a moment as the pages of the builders' merchant do, which is in Berlin."""
    return day(local_date(when, zone="Europe/Berlin"))


def links(response: Any, name: str) -> str:
    """Give the address of the link with these words."""
    found = re.search(
        rf'<a[^>]*href="([^"]+)"[^>]*>(?:<[^>]+>|\s)*{re.escape(name)}', response.content.decode()
    )
    assert found, f"no link {name!r}"
    return html.unescape(found.group(1))
