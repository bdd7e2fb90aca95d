"""Law: no page holds inline script or style, and none marks text as safe; the content policy forbids the first two."""

import re
from pathlib import Path

import pytest

from tests.laws.sources import text, tracked_files

FORBIDDEN = {
    "an inline script": r"<script(?![^>]*\bsrc=)[^>]*>",
    "an inline event": r"<[^>]*\son[a-z]+\s*=",
    "an inline style": r"<style\b|<[^>]*\sstyle\s*=",
    "an address that is a script": r"(?i)javascript:",
    "text marked as safe": r"\|\s*safe\b|autoescape\s+false",
}
# A letter has no stylesheet beside it: css-inline moves the style into the elements when it is sent.
LETTERS = "notices"


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_page_holds(what: str) -> None:
    assert [str(path) for path in _pages() if re.search(FORBIDDEN[what], text(path))] == []


def test_no_page_takes_anything_from_another_host() -> None:
    loaded = r"<(?:script|img|link|iframe)[^>]*\b(?:src|href)\s*=\s*[\"']?(?:https?:)?//"
    assert [str(path) for path in _pages() if re.search(loaded, text(path))] == []


def _pages() -> list[Path]:
    return [
        path
        for path in tracked_files()
        if path.parts[0] == "src" and path.suffix == ".html" and LETTERS not in path.parts
    ]
