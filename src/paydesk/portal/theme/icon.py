"""Draw the small icon of a portal for the browser's tab: the merchant's first letter on its colour."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from markupsafe import escape

from paydesk.kit.accent import accent_of

_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="{ground}"/>'
    '<text x="16" y="22.5" text-anchor="middle" font-family="system-ui,sans-serif" font-weight="600" font-size="18" '
    'fill="{words}">{letter}</text></svg>'
)


@lru_cache(maxsize=512)
def icon_of(name: str, accent_color: str) -> str:
    """Give the icon as SVG. It stands on tabs of either mode, so it is drawn on the colour of light pages."""
    shades = accent_of(accent_color).light
    return _ICON.format(ground=shades.accent, words=shades.on_accent, letter=escape(name[:1].upper()))


@lru_cache(maxsize=512)
def icon_version(name: str, accent_color: str) -> str:
    """Name the icon by what is in it."""
    return hashlib.sha256(icon_of(name, accent_color).encode()).hexdigest()[:16]
