"""Say what a layout prints, in the languages that it speaks.

The words are part of the layout and not of the portal's catalogues: a receipt reads the same after every update, and
layouts speak languages that the portal does not speak yet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LAYOUTS = Path(__file__).parent / "layouts"
_DEFAULT = "en"

Words = Mapping[str, str]


def words_of(layout: int | str, language: str) -> Words:
    """Give the words of a layout, named by its folder, in a language that it speaks."""
    return _spoken(layout)[language]


def language_for(layout: int | str, *wishes: str) -> str:
    """Give the first of the wished languages that the layout speaks: `de-AT` is served by `de`; else English."""
    spoken = _spoken(layout)
    for wish in wishes:
        language = wish.lower().partition("-")[0]
        if language in spoken:
            return language
    return _DEFAULT


@cache
def _spoken(layout: int | str) -> Mapping[str, Words]:
    kept: dict[str, dict[str, str]] = json.loads((LAYOUTS / str(layout) / "words.json").read_text("utf-8"))
    return kept
