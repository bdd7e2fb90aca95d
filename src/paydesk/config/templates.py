"""What every page and letter can say: Django's translations, addresses, files, amounts and dates."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from django.templatetags.static import static
from django.utils import translation
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from paydesk.kit.contacts import page_name, phone_address
from paydesk.portal import drawn, drawn_coming, drawn_plan, drawn_rows
from paydesk.portal.addresses import url
from paydesk.portal.words import amounts, dates
from paydesk.portal.words.brands import brand_word
from paydesk.portal.words.declines import decline_sentence, decline_todo
from paydesk.portal.words.expiry import expiry_word, is_expired
from paydesk.portal.words.lists import listed
from paydesk.portal.words.reader import reader
from paydesk.portal.words.states import StateWord, payment_word, subscription_word

_FILTERS = (
    amounts.money,
    amounts.round_money,
    amounts.number,
    dates.day,
    dates.moment,
    dates.own_moment,
    dates.clock_time,
    dates.month,
    dates.tile_month,
    dates.tile_day,
    dates.iso_day,
    listed,
    page_name,
    phone_address,
)
_SAYINGS = (
    brand_word,
    expiry_word,
    is_expired,
    payment_word,
    subscription_word,
    decline_sentence,
    decline_todo,
    dates.ahead,
    dates.every,
)


def environment(**options: Any) -> Environment:
    """Make the one Jinja2 environment. Unknown names fail, so that a misspelt one is not an empty page."""
    made = Environment(  # noqa: S701 - Django's backend passes autoescape=True.
        **(options | {"undefined": StrictUndefined}),
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"_": gettext, "gettext": gettext, "ngettext": ngettext}
    made.globals |= {saying.__name__: saying for saying in _SAYINGS}
    made.globals |= {
        "url": url,
        # The manifest of static files is read once a process, so what it says is kept, too.
        "static": cache(static),
        "drawn": drawn,
        "drawn_rows": drawn_rows,
        "drawn_coming": drawn_coming,
        "drawn_plan": drawn_plan,
        "state_word": StateWord,
        "language_code": translation.get_language,
        "text_direction": lambda: "rtl" if translation.get_language_bidi() else "ltr",
    }
    made.filters |= {write.__name__: write for write in _FILTERS}
    return made


def gettext(message: str, /, **variables: Any) -> Markup:
    """Say a text in the reader's language; what is filled in is escaped."""
    said = _said(message, reader().language)
    return said % variables if variables else said


def ngettext(one: str, many: str, num: int, /, **variables: Any) -> Markup:
    """Say the text for one or for many; `num` can stand in it."""
    return Markup(translation.ngettext(one, many, num)) % ({"num": num} | variables)  # noqa: S704 - our own text.


@lru_cache(maxsize=4096)
def _said(message: str, language: str) -> Markup:
    """A page has dozens of texts and the catalogue does not change: each is looked up once a language."""
    return Markup(translation.gettext(message))  # noqa: S704 - our own text.
