"""What every page and letter can say: Django's translations, addresses, files, amounts and dates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from jinja2 import Environment, StrictUndefined

from paydesk.kit import clock, language
from paydesk.portal.words.declines import decline_sentence
from paydesk.portal.words.states import payment_word, subscription_word


def environment(**options: Any) -> Environment:
    """Make the one Jinja2 environment. Unknown names fail, so that a misspelt one is not an empty page."""
    made = Environment(  # noqa: S701 - Django's backend passes autoescape=True.
        **options,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translation.gettext,
        ngettext=translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    made.globals |= {
        "url": url,
        "static": static,
        "language_code": translation.get_language,
        "text_direction": lambda: "rtl" if translation.get_language_bidi() else "ltr",
        "payment_word": payment_word,
        "subscription_word": subscription_word,
        "decline_sentence": decline_sentence,
    }
    made.filters |= {
        "money": money,
        "round_money": round_money,
        "number": number,
        "day": day,
        "moment": moment,
        "clock_time": clock_time,
        "month": month,
        "tile_month": tile_month,
        "tile_day": tile_day,
        "iso_day": iso_day,
    }
    return made


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """Give the address of a page, with the merchant's prefix where it has one."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def money(amount_minor: int, currency: str) -> str:
    """Write an amount in full: EUR 49.00."""
    return language.amount_text(amount_minor, currency, _language())


def round_money(amount_minor: int, currency: str) -> str:
    """Write an amount for a sentence: EUR 300, but EUR 49.50."""
    return language.round_amount_text(amount_minor, currency, _language())


def number(value: int) -> str:
    """Write a whole number."""
    return language.number_text(value, _language())


def day(when: datetime | date) -> str:
    """Write a day in the merchant's zone: Tue 3 Dec."""
    return language.day_text(_local_day(when), _language(), this_year=clock.wall_now().year)


def moment(when: datetime) -> str:
    """Write a moment in the merchant's zone: Tue 3 Dec, 09:14."""
    return language.moment_text(_local(when), _language(), this_year=clock.wall_now().year)


def clock_time(when: datetime) -> str:
    """Write the time alone: 09:14."""
    local = _local(when)
    return language.time_text(local.hour, local.minute, _language())


def month(when: datetime | date) -> str:
    """Write a month with its year: December 2026."""
    local = _local_day(when)
    return language.month_text(local.year, local.month, _language())


def tile_month(when: datetime | date) -> str:
    """Write the month of a date tile: Dec."""
    return language.short_month_text(_local_day(when).month, _language())


def tile_day(when: datetime | date) -> str:
    """Write the day of a date tile: 3."""
    return str(_local_day(when).day)


def iso_day(when: datetime | date) -> str:
    """Write a day for a `datetime` attribute."""
    return _local_day(when).isoformat()


def _language() -> str:
    return translation.get_language() or "en"


def _local(when: datetime) -> datetime:
    """Without a merchant nothing activates a zone, and UTC stands in."""
    return when.astimezone(timezone.get_current_timezone())


def _local_day(when: datetime | date) -> date:
    return _local(when).date() if isinstance(when, datetime) else when
