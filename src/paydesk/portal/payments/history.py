"""Show every payment: search, filters, month headings, pages that never repeat a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paydesk.database.together import rows_together
from paydesk.kit.clock import local_date
from paydesk.kit.pages import Cursor
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.payments.wanted import (
    Asked,
    counted,
    is_wanted,
    kind_links,
    order_links,
    read_asked,
    year_links,
)
from paydesk.portal.reads.history import (
    PAGE_ROWS,
    HistoryPage,
    KindCount,
    OrderCount,
    PastPayment,
    Wanted,
    ask_history,
    ask_kind_counts,
    ask_order_counts,
    page_of,
)
from paydesk.portal.reads.one_order import OrderFacts, find_order
from paydesk.portal.reads.search import search_payments
from paydesk.portal.show import show_page


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A page of the history, and the counts for its filters."""

    page: HistoryPage
    counts: list[KindCount]
    orders: list[OrderCount]


@require_safe
@customer_page
def history(request: HttpRequest, at: AtHand) -> HttpResponse:
    """Show one page of what was asked for."""
    asked = read_asked(request.GET)
    order = asked_order(asked, at)
    found = _search(asked, order, at) if asked.words else _read(asked, order, at)
    return show_page(
        request,
        "history.html",
        here="history",
        asked=asked,
        order=order,
        months=_by_month(found.page.payments, at.merchant.time_zone),
        kinds=kind_links(asked, found.counts),
        years=year_links(asked, found.counts),
        orders=order_links(asked, found.orders) if len(found.orders) > 1 or asked.order else [],
        newer=_beside(asked, found.page, is_newer=True),
        older=_beside(asked, found.page, is_newer=False),
        everything=Asked().address(),
        table=asked.table_address(),
    )


def asked_order(asked: Asked, at: AtHand) -> OrderFacts | None:
    """Give the order that the address names; one of somebody else's is as unknown as one that never was."""
    if not asked.order:
        return None
    order = find_order(**at.ids, public_id=asked.order)
    if order is None:
        raise Http404
    return order


def _read(asked: Asked, order: OrderFacts | None, at: AtHand) -> Found:
    order_id = order.id if order else None
    zone = at.merchant.time_zone
    wanted = Wanted(kind=asked.kind, year=asked.year, order_id=order_id)
    rows, counts, orders = rows_together(
        [
            ask_history(**at.ids, zone=zone, wanted=wanted, after=asked.after, before=asked.before),
            ask_kind_counts(**at.ids, zone=zone, order_id=order_id),
            ask_order_counts(**at.ids),
        ]
    )
    page = page_of(rows, after=asked.after, before=asked.before)
    return Found(page=page, counts=counts, orders=orders)


def _search(asked: Asked, order: OrderFacts | None, at: AtHand) -> Found:
    zone = at.merchant.time_zone
    found = search_payments(**at.ids, words=asked.words)
    [orders] = rows_together([ask_order_counts(**at.ids)])
    if order is not None:
        found = [row for row in found if row.order_public_id == order.public_id]
    kept = [row for row in found if is_wanted(row, asked, zone)]
    return Found(page=_cut(kept, asked), counts=counted(found, zone=zone), orders=orders)


def _cut(rows: list[PastPayment], asked: Asked) -> HistoryPage:
    """Cut the page out of rows that are sorted already, by the same cursors."""
    if asked.before:
        edge = (asked.before.moment, asked.before.row_id)
        newer = [row for row in rows if (row.due_at, row.id) > edge]
        return HistoryPage(payments=newer[-PAGE_ROWS:], has_newer=len(newer) > PAGE_ROWS, has_older=True)
    if asked.after:
        edge = (asked.after.moment, asked.after.row_id)
        rows = [row for row in rows if (row.due_at, row.id) < edge]
    return HistoryPage(
        payments=rows[:PAGE_ROWS], has_newer=asked.after is not None, has_older=len(rows) > PAGE_ROWS
    )


def _by_month(payments: Iterable[PastPayment], zone: str) -> list[tuple[date, list[PastPayment]]]:
    def month_of(payment: PastPayment) -> date:
        return local_date(payment.due_at, zone=zone).replace(day=1)

    return [(month, list(rows)) for month, rows in groupby(payments, key=month_of)]


def _beside(asked: Asked, page: HistoryPage, *, is_newer: bool) -> str:
    """Write the address of the next page on one side, or nothing."""
    if not page.payments or not (page.has_newer if is_newer else page.has_older):
        return ""
    edge = page.payments[0 if is_newer else -1]
    cursor = Cursor(moment=edge.due_at, row_id=edge.id)
    return replace(asked, after=None if is_newer else cursor, before=cursor if is_newer else None).address()
