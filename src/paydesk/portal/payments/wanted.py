"""Read what the history is asked for from its address, and write the addresses of its filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import NamedTuple
from urllib.parse import quote_plus

from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.utils.translation import gettext as _

from paydesk.kit.clock import local_date
from paydesk.kit.pages import BadCursor, Cursor, read_cursor
from paydesk.portal.addresses import url
from paydesk.portal.reads.history import KINDS, KindCount, OrderCount, PastPayment

WORDS_MAX = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The address of a history page, read. `order` is a public id."""

    words: str = ""
    kind: str = ""
    year: int | None = None
    order: str = ""
    after: Cursor | None = None
    before: Cursor | None = None

    def address(self) -> str:
        """Write it as an address. All but the words are letters and digits already; a page writes a dozen of them."""
        given = (
            ("q=", quote_plus(self.words) if self.words else ""),
            ("kind=", self.kind),
            ("year=", self.year or ""),
            ("order=", self.order),
            ("after=", self.after.text() if self.after else ""),
            ("before=", self.before.text() if self.before else ""),
        )
        query = "&".join([f"{name}{value}" for name, value in given if value])
        return f"{url('history')}?{query}" if query else url("history")

    def table_address(self) -> str:
        """Write the address of all that was asked for as one file."""
        here = replace(self, after=None, before=None).address()
        return url("history_csv") + here.removeprefix(url("history"))

    @property
    def is_filtered(self) -> bool:
        """Say whether some payments may be left out."""
        return bool(self.words or self.kind or self.year or self.order)


class FilterLink(NamedTuple):
    """One link of a filter."""

    words: str
    address: str
    payments: int | None
    is_here: bool


def read_asked(query: QueryDict) -> Asked:
    """Read an address; raises BadRequest for what no page of ours links to."""
    kind, year = query.get("kind", ""), query.get("year", "")
    if kind and kind not in KINDS:
        raise BadRequest("kind")
    if year and not (year.isascii() and year.isdigit() and 1971 <= int(year) <= 9998):
        raise BadRequest("year")
    return Asked(
        words=read_words(query),
        kind=kind,
        year=int(year) if year else None,
        order=_public_id(query.get("order", "")),
        after=cursor_of(query, "after"),
        before=cursor_of(query, "before"),
    )


def _public_id(text: str) -> str:
    if text and not (text.isascii() and text.isalnum()):
        raise BadRequest("order")
    return text[:16]


def read_words(query: QueryDict) -> str:
    """Read what is searched for: its words with one space between them."""
    return " ".join(query.get("q", "").replace("\x00", "").split())[:WORDS_MAX]


def cursor_of(query: QueryDict, name: str) -> Cursor | None:
    """Read where a page begins or ends; raises BadRequest for what no page of ours links to."""
    text = query.get(name, "")
    try:
        return read_cursor(text) if text else None
    except BadCursor as bad:
        raise BadRequest("cursor") from bad


def kind_links(asked: Asked, counts: Iterable[KindCount]) -> list[FilterLink]:
    """Link to each kind that there is, counted within the chosen year."""
    totals = Counter[str]()
    for row in counts:
        if asked.year in {None, row.year}:
            totals[row.kind] += row.payments
    first_page = replace(asked, after=None, before=None)
    names = kind_names()
    links = [FilterLink(_("All"), replace(first_page, kind="").address(), totals.total(), not asked.kind)]
    return links + [
        FilterLink(names[kind], replace(first_page, kind=kind).address(), totals[kind], asked.kind == kind)
        for kind in KINDS
        if totals[kind] or asked.kind == kind
    ]


def year_links(asked: Asked, counts: Iterable[KindCount]) -> list[FilterLink]:
    """Link to each year that there is, counted within the chosen kind."""
    totals = Counter[int]()
    for row in counts:
        if asked.kind in {"", row.kind}:
            totals[row.year] += row.payments
    first_page = replace(asked, after=None, before=None)
    years = sorted({*totals} | ({asked.year} if asked.year else set()), reverse=True)
    links = [FilterLink(_("All"), replace(first_page, year=None).address(), None, asked.year is None)]
    return links + [
        FilterLink(str(year), replace(first_page, year=year).address(), totals[year], asked.year == year)
        for year in years
    ]


def order_links(asked: Asked, counts: Sequence[OrderCount]) -> list[FilterLink]:
    """Link to the orders with most payments."""
    first_page = replace(asked, after=None, before=None)
    links = [FilterLink(_("All"), replace(first_page, order="").address(), None, not asked.order)]
    return links + [
        FilterLink(
            row.title,
            replace(first_page, order=row.public_id).address(),
            row.payments,
            asked.order == row.public_id,
        )
        for row in counts
    ]


def kind_names() -> dict[str, str]:
    """Name the kinds that a customer can filter by."""
    return {
        "paid": _("Paid"),
        "failed": _("Failed"),
        "waiting": _("Due"),
        "refunded": _("Refunded"),
        "closed": _("Closed"),
    }


def counted(payments: Iterable[PastPayment], *, zone: str) -> list[KindCount]:
    """Count payments that were found by a search, as the database counts the others."""
    totals = Counter(
        (kind_of(payment), local_date(payment.due_at.astimezone(UTC), zone=zone).year) for payment in payments
    )
    return [KindCount(kind, year, count) for (kind, year), count in totals.items()]


def is_wanted(payment: PastPayment, asked: Asked, zone: str) -> bool:
    """Say whether a payment that was found by words is of the kind and the year that were asked for."""
    is_of_year = asked.year is None or local_date(payment.due_at, zone=zone).year == asked.year
    return is_of_year and asked.kind in {"", kind_of(payment)}


def kind_of(payment: PastPayment) -> str:
    """Give the kind of one payment: the rule of `KINDS`, for rows at hand."""
    if payment.state == "paid":
        return "refunded" if payment.refunded_minor else "paid"
    if payment.state == "failed":
        return "failed"
    return "waiting" if payment.state in {"scheduled", "due", "processing"} else "closed"
