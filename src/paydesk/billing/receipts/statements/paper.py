"""Put a statement into words: everything that its layout prints, in one language, as plain data for Typst."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from paydesk.billing.receipts.printing.fonts import families_for
from paydesk.billing.receipts.printing.pen import Pen, contact_of, pen_for
from paydesk.billing.receipts.snapshot import Seller
from paydesk.billing.receipts.statements.kinds import PAID
from paydesk.billing.receipts.statements.statement import Line, Month, Statement, Table
from paydesk.kit.accent import accent_of
from paydesk.kit.language import day_text, month_text

#: The folder of its layout. There is one: a statement is made anew each time, and nothing keeps an older one.
LAYOUT = "statement"
#: A statement of more lines is printed without a rule for each, which would make the file twice as large.
RULED_MAX = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressed:
    """A statement with whom it is for and who was paid. `made_at` is business time."""

    statement: Statement
    seller: Seller
    customer_name: str
    customer_address: str
    made_at: datetime


def lay_out(addressed: Addressed, language: str) -> dict[str, Any]:
    """Give what `layouts/statement/statement.typ` prints; only texts, numbers and lists of them."""
    statement, seller = addressed.statement, addressed.seller
    pen = pen_for(LAYOUT, language=language, seller=seller, currency="")
    name, contact = pen.text(seller["name"]), contact_of(pen, seller)
    title = f"{pen.words['statement']} {statement.year}"
    return {
        "language": language,
        "rtl": pen.is_rtl,
        "fonts": families_for(language, ""),
        "paper": "a4",
        "accent": accent_of(seller["accent_color"]).light.accent,
        "title": f"{title} · {name}",
        "word": pen.words["statement"],
        "test": pen.words["test"] if seller["mode"] == "test" else "",
        "year": str(statement.year),
        "sentence": _sentence(pen, addressed),
        "seller": {"name": name, "contact": contact, "lines": [name, *contact[:1]]},
        "customer": [pen.text(one) for one in (addressed.customer_name, addressed.customer_address) if one],
        "facts": [[pen.words["made"], pen.day(addressed.made_at)], [pen.words["zone"], seller["time_zone"]]],
        "tables": [_table(replace(pen, currency=table.currency), table) for table in statement.tables],
        "remark": pen.words["no_invoice"],
        "foot": f"{name} · {title}",
        "words": _labels(pen, name),
        "is-compact": statement.lines_count > RULED_MAX,
    }


def _sentence(pen: Pen, addressed: Addressed) -> str:
    if not addressed.statement.tables:
        return pen.words["nothing"]
    is_over = addressed.made_at.astimezone(pen.zone).year > addressed.statement.year
    return pen.words["of_year"] if is_over else pen.say("so_far", day=pen.day(addressed.made_at))


def _table(pen: Pen, table: Table) -> dict[str, Any]:
    # The same names come again and again, and making one fit to be printed is most of what a row costs.
    plain = cache(pen.text)
    return {
        "currency": table.currency,
        "sums": [
            [pen.words["paid"], pen.amount(table.sums.paid_minor)],
            [pen.words["back"], pen.amount(table.sums.back_minor)],
            [pen.words["total"], pen.amount(table.sums.total_minor)],
        ],
        "months": [_month(pen, plain, month) for month in table.months],
    }


def _month(pen: Pen, plain: Any, month: Month) -> dict[str, Any]:
    return {
        "name": month_text(month.first.year, month.first.month, pen.language),
        "total": pen.amount(month.sums.total_minor),
        "lines": [
            [
                day_text(line.day, pen.language, this_year=line.day.year),
                pen.say(line.kind, name=plain(line.name) or "–"),
                " · ".join(_notes(pen, plain, line)),
                pen.amount(line.amount_minor),
            ]
            for line in month.lines
        ],
    }


def _notes(pen: Pen, plain: Any, line: Line) -> Iterator[str]:
    """Say what tells a line from others: what it was within a subscription, of which it is a part, its numbers."""
    if line.title:
        yield plain(line.title)
    if line.whole_minor:
        yield pen.say("part", amount=pen.amount(line.whole_minor))
    if line.number:
        yield plain(line.number)
    if line.receipt_number is not None:
        yield pen.say("receipt" if line.kind in PAID else "note", number=str(line.receipt_number))


def _labels(pen: Pen, name: str) -> dict[str, str]:
    """Give the words that the layout itself places."""
    names = ("customer", "paid_to", "day", "what", "amount", "page")
    return {one: pen.words[one] for one in names} | {"logo": pen.say("logo", name=name)}
