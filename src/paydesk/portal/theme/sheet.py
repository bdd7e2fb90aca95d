"""Make the one stylesheet of a portal: our styles, then the merchant's colour; its address says both."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from paydesk.portal.accent import stylesheet

_STYLES = Path(__file__).resolve().parent.parent / "styles"
#: In the order in which they overrule each other.
_FILES = (
    "tokens",
    "base",
    "frame",
    "menu",
    "controls",
    "fields",
    "pieces",
    "story",
    "lists",
    "pages",
    "narrow",
    "print",
)


class Theme(NamedTuple):
    """Where the stylesheet is: the version of our styles, and the colour as `rrggbb`."""

    version: str
    color: str


class Sheet(NamedTuple):
    """The stylesheet as it is sent."""

    plain: bytes
    gzipped: bytes


def theme_of(accent_color: str) -> Theme:
    """Give the parts of the stylesheet's address."""
    return Theme(_version(), accent_color.removeprefix("#").lower())


@lru_cache(maxsize=64)
def sheet_of(color: str) -> Sheet:
    """Give the stylesheet for a colour."""
    plain = (_styles() + stylesheet(color)).encode()
    return Sheet(plain, gzip.compress(plain, compresslevel=9, mtime=0))


@cache
def _styles() -> str:
    return "".join((_STYLES / f"{name}.css").read_text(encoding="utf-8") for name in _FILES)


@cache
def _version() -> str:
    """The way in which a colour is made readable is part of what the address promises."""
    return hashlib.sha256((_styles() + stylesheet("#3d5afe")).encode()).hexdigest()[:12]
