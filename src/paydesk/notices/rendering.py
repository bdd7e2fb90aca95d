"""Render a letter as text and as HTML in the merchant's brand; styles are moved into the elements for mail programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import css_inline
from django.utils import translation
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from paydesk.merchants.find import MerchantInSight

_LETTERS = Path(__file__).resolve().parent / "letters"
_RIGHT_TO_LEFT = "rtl"


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What a letter says: its title, the name of its two templates, and their words."""

    template: str
    title: str
    words: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """A letter as it is sent."""

    title: str
    text: str
    html: str


def rendered(written: Written, merchant: MerchantInSight) -> Rendered:
    """Render in the language that is active."""
    words = written.words | {
        "title": written.title,
        "merchant": merchant,
        "language": translation.get_language() or merchant.language,
        "direction": _RIGHT_TO_LEFT if translation.get_language_bidi() else "ltr",
        "accent": merchant.accent_color,
        "on_accent": readable_on(merchant.accent_color),
    }
    text = _environment().get_template(f"{written.template}.txt").render(words)
    html = _environment().get_template(f"{written.template}.html").render(words)
    return Rendered(title=written.title, text=text.strip() + "\n", html=_inliner().inline(html))


def readable_on(color: str) -> str:
    """Choose black or white for words on a colour like #3d5afe: whichever contrasts more (WCAG 2.2, 1.4.3)."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#000000"


@cache
def _environment() -> Environment:
    """Text is not escaped, HTML is. A misspelt name fails instead of leaving a hole in a letter."""
    made = Environment(
        loader=FileSystemLoader(_LETTERS),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translation.gettext, ngettext=translation.ngettext, newstyle=True
    )
    return made


@cache
def _inliner() -> css_inline.CSSInliner:
    """What cannot be moved into elements, such as dark mode, stays in the head."""
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
