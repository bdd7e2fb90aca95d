"""Render a letter as text and as HTML in the merchant's brand; styles are moved into the elements for mail programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import css_inline
from django.utils import translation
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from paydesk.kit.accent import accent_of
from paydesk.kit.contacts import page_name, phone_address
from paydesk.merchants.find import MerchantInSight

_LETTERS = Path(__file__).resolve().parent / "letters"
_RIGHT_TO_LEFT = "rtl"
#: CSS pixels; a plate and its margin are within.
_LOGO_SIZE = {"area": 7000, "width_max": 240, "height_max": 52}


@dataclass(frozen=True, kw_only=True, slots=True)
class Attached:
    """A file that goes with a letter."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What a letter says: its title, the name of its two templates, and their words."""

    template: str
    title: str
    words: Mapping[str, object] = field(default_factory=dict)
    attached: Sequence[Attached] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """A letter as it is sent."""

    title: str
    text: str
    html: str
    attached: Sequence[Attached] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterLogo:
    """The logo of a letter: its whole address, its size in CSS pixels, and whether it says the merchant's name."""

    address: str
    width: int
    height: int
    says_the_name: bool


def rendered(written: Written, merchant: MerchantInSight) -> Rendered:
    """Render in the language that is active."""
    language = translation.get_language() or merchant.language
    own = merchant.text("letters", language=language)
    words = {
        **written.words,
        "title": written.title,
        "merchant": merchant,
        "own_words": own.words if own else "",
        "language": language,
        "direction": _RIGHT_TO_LEFT if translation.get_language_bidi() else "ltr",
        "accent": accent_of(merchant.accent_color),
        "logo": _logo(merchant),
    }
    text = _environment().get_template(f"{written.template}.txt").render(words)
    html = _environment().get_template(f"{written.template}.html").render(words)
    return Rendered(
        title=written.title,
        text=text.strip() + "\n",
        html=_inliner().inline(html),
        attached=written.attached,
    )


def _logo(merchant: MerchantInSight) -> LetterLogo | None:
    """Name the logo by an address that stays: the letter may be read in a year."""
    if merchant.logo is None:
        return None
    picture = merchant.logo.letter
    width, height = picture.fitted(**_LOGO_SIZE)
    return LetterLogo(
        address=f"{merchant.portal_url}/theme/logo/{picture.digest}",
        width=width,
        height=height,
        says_the_name=merchant.logo.says_the_name,
    )


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
    made.filters |= {"page_name": page_name, "phone_address": phone_address}
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translation.gettext, ngettext=translation.ngettext, newstyle=True
    )
    return made


@cache
def _inliner() -> css_inline.CSSInliner:
    """What cannot be moved into elements, such as dark mode, stays in the head."""
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
