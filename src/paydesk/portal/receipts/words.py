"""Put what a receipt holds into the words of the page, in the reader's language."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.printing.addresses import address_lines
from paydesk.billing.receipts.printing.sums import Sum, sums_of
from paydesk.billing.receipts.snapshot import Snapshot
from paydesk.kit.language import full_day_text, percent_text
from paydesk.portal.words.reader import reader


class SumRow(NamedTuple):
    """One row under the lines."""

    name: str
    amount_minor: int
    is_strong: bool


def sum_rows(said: Snapshot) -> list[SumRow]:
    """List what the lines come to."""
    return [SumRow(_name(one), one.amount_minor, one.is_strong) for one in sums_of(said)]


def payer_of(said: Snapshot) -> list[str]:
    """Give the lines of whom the bill was made out to; else the customer's name."""
    billing = said["billing"]
    if billing is None:
        return [said["customer"]] if said["customer"] else []
    tax_ids = [_("Tax ID %(number)s") % {"number": number} for number in billing["tax_ids"]]
    who = (billing["name"] or said["customer"], billing.get("person", ""))
    lines = [*who, *address_lines(billing, reader().language), *tax_ids]
    return [line for line in lines if line]


def full_day(when: datetime) -> Markup:
    """Write a day in full: a paper is read in another year, too."""
    local = when.astimezone(reader().zone).date()
    said = escape(full_day_text(local, reader().language))
    return Markup('<time datetime="{}">{}</time>').format(local.isoformat(), said)


def note_word(kind: str) -> str:
    """Name a receipt, or what a note is about."""
    return {
        Receipt.Kind.RECEIPT: _("Receipt"),
        Receipt.Kind.REFUND: _("Refund"),
        Receipt.Kind.REFUND_FAILED: _("Refund that did not arrive"),
        Receipt.Kind.DISPUTE: _("Given back by your bank"),
        Receipt.Kind.DISPUTE_WON: _("Taken back by your bank"),
    }[Receipt.Kind(kind)]


def document_word(title: str) -> str:
    """Name a paper of a company's in the reader's language, where it is one that we know."""
    known = {"Invoice": _("Invoice"), "Invoice (PDF)": _("Invoice (PDF)"), "Receipt": _("Receipt")}
    return known.get(title, title)


def _name(one: Sum) -> str:
    if one.word in {"tax", "included"}:
        rate = percent_text(one.percentage, reader().language)
        title = one.title or _("Tax")
        title = f"{title} {rate}" if rate and rate not in title else title
        return title if one.word == "tax" else _("Includes %(tax)s") % {"tax": title}
    return one.title or {
        "subtotal": _("Subtotal"),
        "discount": _("Discount"),
        "total": _("Total"),
        "balance": _("From your balance"),
        "debt": _("Owed from before"),
        "paid": _("Total paid"),
    }.get(one.word, "")
