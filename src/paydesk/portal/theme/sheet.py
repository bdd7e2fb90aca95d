"""Make the one stylesheet of a portal: our styles, then the merchant's colour; its address says both."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from paydesk.kit.accent import Shades, accent_of

_STYLES = Path(__file__).resolve().parent.parent / "styles"
#: In the order in which they overrule each other.
_FILES = (
    "tokens",
    "base",
    "brand",
    "frame",
    "menu",
    "controls",
    "fields",
    "pieces",
    "story",
    "lists",
    "methods",
    "pages",
    "papers/paper",
    "papers/statement",
    "desk/desk",
    "desk/upcoming",
    "desk/ending",
    "desk/orders",
    "narrow",
    "papers/print",
)


class Sheet(NamedTuple):
    """The stylesheet as it is sent."""

    plain: bytes
    gzipped: bytes


@lru_cache(maxsize=512)
def version_of(accent_color: str) -> str:
    """Name the stylesheet for a colour by what is in it: its address changes when it does."""
    return hashlib.sha256((_styles() + _colors(accent_color)).encode()).hexdigest()[:16]


@lru_cache(maxsize=64)
def sheet_of(accent_color: str) -> Sheet:
    """Give the stylesheet for a colour."""
    plain = (_styles() + _colors(accent_color)).encode()
    return Sheet(plain, gzip.compress(plain, compresslevel=9, mtime=0))


@cache
def _styles() -> str:
    return "".join((_STYLES / f"{name}.css").read_text(encoding="utf-8") for name in _FILES)


def _colors(accent_color: str) -> str:
    accent = accent_of(accent_color)
    return (
        f":root{{{_shades(accent.light)}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{_shades(accent.dark)}}}}}"
    )


def _shades(shades: Shades) -> str:
    return (
        f"--accent:{shades.accent};--on-accent:{shades.on_accent};"
        f"--accent-strong:{shades.strong};--accent-soft:{shades.soft}"
    )
