"""Draw the payments of an agreement as rows: the day, its number of how many, how it stands, the amount."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from paydesk.portal.addresses import url
from paydesk.portal.drawn import amount, day, state
from paydesk.portal.reads.instalments import Instalment
from paydesk.portal.words.states import instalment_word


def instalment_rows(payments: Iterable[Instalment], *, total: int | None) -> Markup:
    """Draw them in the order in which they come; `total` is how many a plan has."""
    before = url("payment", "0").removesuffix("0")
    # Everything that was not written here was escaped where it was put in.
    return Markup("".join(_row(one, total, before) for one in payments))  # noqa: S704


def place_words(position: int, total: int | None) -> str:
    """Say which of how many: 3 of 12; of an open-ended agreement nothing."""
    return _("%(position)s of %(total)s") % {"position": position, "total": total} if total else ""


def _row(one: Instalment, total: int | None, before: str) -> str:
    word = instalment_word(one.state, one.covering_state, one.refunded_minor, one.amount_minor)
    link = f'<a class="row-link" href="{before}{escape(one.public_id)}">{day(one.due_date)}</a>'
    return (
        f'<li class="row payment-row payment-row-by-day"><h3 class="payment-what">{link}</h3>'
        f'<p class="payment-day soft dots">{_notes(one, total)}</p>'
        f'<p class="payment-state">{state(word)}</p>'
        f'<p class="payment-amount">{amount(one.amount_minor, one.currency, "strong")}</p></li>'
    )


def _notes(one: Instalment, total: int | None) -> str:
    notes = [str(escape(place_words(one.position, total)))] if total else []
    if one.was_moved:
        # The day is markup of ours, and the sentence is a translation of ours.
        notes.append(str(Markup(_("moved from %(day)s")) % {"day": day(one.planned_date)}))  # noqa: S704
    return " ".join(f"<span>{note}</span>" for note in notes)
