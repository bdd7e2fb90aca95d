"""Draw what a page shows many times: shapes, states, amounts and dates. Each is made once and kept.

They are macros by use and functions by make: macros that a list calls in every row are most of what a page costs.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from markupsafe import Markup, escape

from paydesk.kit import language
from paydesk.portal.words.reader import reader
from paydesk.portal.words.states import StateWord

_KEPT = 4096
_CIRCLE = '<circle cx="8" cy="8" r="6.5"/>'
_RECEIPT = '<path d="M3.5 1.5h9v13l-2.2-1.4L8 14.5l-2.3-1.4-2.2 1.4z"/><path d="M6 5.2h4M6 8.2h4"/>'
SHAPES = {
    "tick": _CIRCLE + '<path d="m5.2 8.2 1.9 1.9 3.7-4"/>',
    "cross": '<path d="M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3z"/><path d="M8 4.7v3.8M8 11.2v.05"/>',
    "half": _CIRCLE + '<path d="M8 1.5a6.5 6.5 0 0 1 0 13z" fill="currentColor" stroke="none"/>',
    "clock": _CIRCLE + '<path d="M8 4.4V8l2.4 1.5"/>',
    "together": '<rect x="1.5" y="4.5" width="9" height="9" rx="1.5"/><path d="M5 2.5h7.5A1.5 1.5 0 0 1 14 4v7.5"/>',
    "dash": _CIRCLE + '<path d="M5.2 8h5.6"/>',
    "pause": _CIRCLE + '<path d="M6.5 5.8v4.4m3-4.4v4.4"/>',
    "back": '<path d="M5.5 2.5l-3 3 3 3"/><path d="M2.5 5.5h7a4 4 0 0 1 0 8H6.5"/>',
    "bank": '<path d="M2 6.5 8 2.5l6 4M3 13.5h10M4 7v6m4-6v6m4-6v6"/>',
    "wallet": (
        '<path d="M2.5 4.5h9.5a1.5 1.5 0 0 1 1.5 1.5v6a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 12z"/>'
        '<path d="M2.5 4.5 10 2.5v2M10.5 9v.05"/>'
    ),
    "card": '<rect x="1.5" y="3" width="13" height="10" rx="1.5"/><path d="M1.5 6.5h13M4 10.5h2.5"/>',
    "overview": '<path d="M2.5 7 8 2.5 13.5 7v6.5h-4v-4h-3v4h-4z"/>',
    "payments": _RECEIPT,
    "subscriptions": (
        '<path d="M13.5 6A6 6 0 0 0 3 4.5L1.5 6M2.5 10A6 6 0 0 0 13 11.5l1.5-1.5"/>'
        '<path d="M1.5 2.5V6H5m9.5 7.5V10H11"/>'
    ),
    "person": '<circle cx="8" cy="5.2" r="2.7"/><path d="M2.8 14c.5-3 2.6-4.6 5.2-4.6s4.7 1.6 5.2 4.6"/>',
    "calendar": '<rect x="2" y="3" width="12" height="11" rx="1.2"/><path d="M2 6.5h12M5.2 1.5v3M10.8 1.5v3"/>',
    "device": '<rect x="1.5" y="2.5" width="13" height="8.5" rx="1.2"/><path d="M5.5 13.8h5"/>',
    "leave": '<path d="M6.5 2.5h-4v11h4M6.5 8h7.5M11 5l3 3-3 3"/>',
    "search": '<circle cx="7" cy="7" r="4.5"/><path d="m10.4 10.4 3.6 3.6"/>',
    "mail": '<rect x="1.5" y="3" width="13" height="10" rx="1.5"/><path d="m2 4.5 6 4.5 6-4.5"/>',
    "phone": (
        '<path d="M3.5 2h2.6l1.2 3.2-1.6 1.1a8 8 0 0 0 4 4l1.1-1.6L14 9.9v2.6a1.5 1.5 0 0 1-1.6 1.5'
        'C6.6 13.6 2.4 9.4 2 3.6A1.5 1.5 0 0 1 3.5 2z"/>'
    ),
    "help": _CIRCLE + '<path d="M6 6.2a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.3M8 11.4v.05"/>',
    "receipt": _RECEIPT,
    "parcel": '<path d="M2 4.8 8 2l6 2.8v6.4L8 14l-6-2.8z"/><path d="M2 4.8 8 7.6l6-2.8M8 7.6V14"/>',
    "truck": (
        '<path d="M3 11.5H1.5v-8h8v8h-3M9.5 6h3l2 2.7v2.8h-1.2M9.5 11.5h1"/>'
        '<circle cx="4.7" cy="11.8" r="1.6"/><circle cx="12" cy="11.8" r="1.6"/>'
    ),
    "next": '<path d="m6 3 5 5-5 5"/>',
    "previous": '<path d="m10 3-5 5 5 5"/>',
    "lock": '<rect x="3" y="7" width="10" height="7" rx="1.5"/><path d="M5.2 7V4.8a2.8 2.8 0 0 1 5.6 0V7"/>',
}
_SVG = (
    '<svg width="{0}" height="{0}" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" '
    'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{1}</svg>'
)


@lru_cache(maxsize=_KEPT)
def shape(name: str, size: int = 16) -> Markup:
    """Draw a shape. It never speaks alone, so it is hidden from who is read to."""
    return Markup(_SVG).format(size, Markup(SHAPES[name]))  # noqa: S704 - both are our own, above.


@lru_cache(maxsize=_KEPT)
def state(word: StateWord) -> Markup:
    """Draw a state: its shape and its word."""
    return Markup('<span class="state state-{}">{}<span>{}</span></span>').format(
        word.tone, shape(word.mark, 14), word.word
    )


def amount(minor: int, currency: str, style: str = "") -> Markup:
    """Draw an amount of money that stays in one line."""
    return _amount(minor, currency, style, reader().language)


def day(when: datetime | date) -> Markup:
    """Draw a day: Tue 3 Dec."""
    to = reader()
    local = when.astimezone(to.zone).date() if isinstance(when, datetime) else when
    return _day(local, to.language, to.year)


@lru_cache(maxsize=_KEPT)
def _amount(minor: int, currency: str, style: str, tongue: str) -> Markup:
    named = f"amount amount-{style}" if style else "amount"
    return Markup('<span class="{}">{}</span>').format(named, language.amount_text(minor, currency, tongue))


@lru_cache(maxsize=_KEPT)
def _day(local: date, tongue: str, year: int) -> Markup:
    words = escape(language.day_text(local, tongue, this_year=year))
    return Markup('<time class="keep" datetime="{}">{}</time>').format(local.isoformat(), words)
