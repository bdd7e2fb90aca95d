"""Draw payments to come as rows: the day, what it is for, which of how many and with which method, the amount."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markupsafe import Markup, escape

from paydesk.billing.payments.models import Payment
from paydesk.portal.addresses import url
from paydesk.portal.drawn import amount, day, state
from paydesk.portal.drawn_plan import place_words
from paydesk.portal.upcoming.months import Line
from paydesk.portal.words import dates
from paydesk.portal.words.brands import brand_word
from paydesk.portal.words.reader import reader
from paydesk.portal.words.states import instalment_word

#: How near a day is told in words beside its date.
_NEAR = timedelta(days=14)


def coming_rows(lines: Iterable[Line], *, now: datetime) -> Markup:
    """Draw them in the order in which they come. `now` is business time."""
    # Everything that was not written here was escaped where it was put in.
    return Markup("".join(_row(one, now) for one in lines))  # noqa: S704


def _row(line: Line, now: datetime) -> str:
    one = line.first
    address = (
        url("payment", one.payment_public_id)
        if one.payment_public_id
        else url("subscription", one.subscription_public_id)
    )
    notes = " ".join(f"<span>{note}</span>" for note in _notes(line, now))
    return (
        f'<li class="row with-tile">{_tile(one.day)}'
        f'<h3 class="with-tile-title"><a class="row-link" href="{address}">{escape(one.title)}</a></h3>'
        # What is read aloud begins with the day, which others see in the tile.
        f'<p class="row-note dots"><span class="out-of-sight">{day(one.day)}</span> {notes}</p>'
        f'<p class="end">{amount(line.amount_minor, line.currency, "strong")}</p></li>'
    )


def _tile(when: date) -> str:
    return (
        f'<span class="tile" aria-hidden="true"><span class="tile-month">{dates.tile_month(when)}</span>'
        f'<span class="tile-day">{when.day}</span></span>'
    )


def _notes(line: Line, now: datetime) -> list[str | Markup]:
    one, notes = line.first, list[str | Markup]()
    if one.is_overdue or one.state == Payment.State.PROCESSING:
        notes.append(state(instalment_word(one.state, None)))
    elif one.due_at - now < _NEAR:
        notes.append(escape(dates.ahead(one.due_at, now)))
    if line.count > 1:
        notes.append(_several(line))
    if one.position and one.payments_total:
        notes.append(escape(place_words(one.position, one.payments_total)))
    if one.method_brand or one.method_last_four:
        notes.append(_method(one.method_brand, one.method_last_four, reader().language))
    elif not one.is_overdue:
        notes.append(escape(_("no method")))
    if one.is_expected:
        notes.append(escape(_("expected")))
    return notes


def _several(line: Line) -> Markup:
    words = ngettext("%(count)s payment until %(day)s", "%(count)s payments until %(day)s", line.count)
    return Markup(words) % {"count": line.count, "day": day(line.last_day)}  # noqa: S704 - our own text.


@lru_cache(maxsize=4096)
def _method(brand: str, last_four: str, _language: str) -> Markup:
    """Made once a language: a page says the same card in each of its rows."""
    if not last_four:
        return escape(brand_word(brand))
    return Markup(
        '<span class="keep">{} <span class="out-of-sight">{} </span>'
        '<span aria-hidden="true">••&#8239;</span><span class="figures">{}</span></span>'
    ).format(brand_word(brand), _("ending in"), last_four)
