"""Draw the lines of a statement: a line of a table at width, a card on a phone. There may be thousands: no macro."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from paydesk.billing.receipts.statements.kinds import PAID
from paydesk.billing.receipts.statements.statement import Line
from paydesk.kit.language import day_text
from paydesk.portal.addresses import url
from paydesk.portal.drawn import amount
from paydesk.portal.words.amounts import money
from paydesk.portal.words.reader import reader


def month_rows(lines: Sequence[Line], currency: str) -> Markup:
    """Draw them: day, what it was with a link to its payment, what tells it from others, amount."""
    before, sayings = url("payment", "0").removesuffix("0"), _sayings()
    rows = [
        f"<li>{_day(line.day)}"
        f' <a href="{before}{line.payment_public_id}">{_named(line, sayings)}</a>'
        f" {_note(line, currency)} {amount(line.amount_minor, currency)}</li>"
        for line in lines
    ]
    # Everything that was not written here was escaped where it was put in.
    return Markup("".join(rows))  # noqa: S704


def _day(day: date) -> str:
    """Under its month a day needs no year."""
    said = escape(day_text(day, reader().language, this_year=day.year))
    return f'<time datetime="{day.isoformat()}">{said}</time>'


def _named(line: Line, sayings: dict[str, Markup]) -> Markup:
    saying = sayings.get(line.kind)
    return escape(line.name) if saying is None else saying % {"name": line.name}


def _sayings() -> dict[str, Markup]:
    """Say what a line is about; what was simply paid goes by its name."""
    words = {
        "balance": _("%(name)s, from your balance"),
        "external": _("%(name)s, outside this portal"),
        "refund": _("Refund: %(name)s"),
        "refund_reversal": _("Refund that did not arrive: %(name)s"),
        "dispute": _("Given back by your bank: %(name)s"),
        "undecided": _("Held by your bank, not decided yet: %(name)s"),
        "reversal": _("Taken back by your bank: %(name)s"),
    }
    return {kind: Markup(said) for kind, said in words.items()}  # noqa: S704 - our own texts.


def _note(line: Line, currency: str) -> str:
    notes = " ".join(f"<span>{escape(note)}</span>" for note in _notes(line, currency))
    return f'<span class="row-note dots">{notes}</span>' if notes else ""


def _notes(line: Line, currency: str) -> Iterator[str]:
    if line.title:
        yield line.title
    if line.whole_minor:
        yield _("part of %(amount)s") % {"amount": money(line.whole_minor, currency)}
    if line.number:
        yield line.number
    if line.receipt_number is not None:
        words = _("Receipt %(number)s") if line.kind in PAID else _("Number %(number)s")
        yield words % {"number": line.receipt_number}
