"""Hand out the history as a CSV for spreadsheets, streamed: what the page's filters and search leave, all of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from decimal import Decimal

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from paydesk.billing.receipts.snapshot import seller_of
from paydesk.kit.clock import local_date
from paydesk.kit.language import decimal_mark
from paydesk.kit.money import Money
from paydesk.kit.spreadsheets.write import Cell, csv_stream
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.payments.history import asked_order
from paydesk.portal.payments.wanted import Asked, is_wanted, read_asked
from paydesk.portal.reads.history import Wanted
from paydesk.portal.reads.history_table import TablePayment, payments_in_pieces
from paydesk.portal.reads.search import search_payments
from paydesk.portal.receipts.file_names import file_name
from paydesk.portal.words.reader import reading
from paydesk.portal.words.states import payment_word

log = logging.getLogger(__name__)


@require_GET
@customer_page
def history_csv(request: HttpRequest, at: AtHand) -> HttpResponseBase:
    """Begin the download. It takes the same address as the page, and has no pages itself."""
    asked = read_asked(request.GET)
    order = asked_order(asked, at)
    wanted = Wanted(kind=asked.kind, year=asked.year, order_id=order.id if order else None)
    language = translation.get_language() or at.merchant.language
    rows = _rows(at, wanted, _found(asked, at) if asked.words else None, language)
    told = _whole_or_said(rows, _("This file is not complete. Please load it again."), at.merchant.slug)
    response = StreamingHttpResponse(
        csv_stream(told, decimal_mark=decimal_mark(language)), content_type="text/csv; charset=utf-8"
    )
    named = file_name(seller_of(at.merchant), _("Payments"), ending="csv")
    response["Content-Disposition"] = content_disposition_header(True, named) or ""
    return response


def _whole_or_said(rows: Iterator[list[Cell]], words: str, merchant: str) -> Iterator[list[Cell]]:
    """Let the last line say so where the rows break off: the answer has begun, and its end looks like any other."""
    try:
        yield from rows
    except Exception:
        log.exception("the table of payments broke off", extra={"merchant": merchant})
        yield [words]


def _found(asked: Asked, at: AtHand) -> list[int]:
    found = search_payments(**at.ids, words=asked.words)
    return [row.id for row in found if is_wanted(row, asked, at.merchant.time_zone)]


def _rows(at: AtHand, wanted: Wanted, ids: list[int] | None, language: str) -> Iterator[list[Cell]]:
    """The view is over when these are made: they bring the reader's language along, piece by piece."""
    with translation.override(language):
        heads: list[Cell] = [
            *(_("Due"), _("Paid on"), _("What"), _("Number"), _("Order"), _("Order number")),
            *(_("Status"), _("Amount"), _("Refunded"), _("Currency"), _("Page")),
        ]
    yield heads
    zone = at.merchant.time_zone
    for piece in payments_in_pieces(**at.ids, zone=zone, wanted=wanted, ids=ids):
        with translation.override(language), reading(zone):
            written = [_row(payment, at) for payment in piece]
        yield from written


def _row(payment: TablePayment, at: AtHand) -> list[Cell]:
    zone = at.merchant.time_zone
    return [
        local_date(payment.due_at, zone=zone),
        local_date(payment.paid_at, zone=zone) if payment.paid_at else None,
        payment.title,
        payment.number,
        payment.order_title,
        payment.order_number,
        payment_word(payment.state, payment.refunded_minor, payment.amount_minor).word,
        _decimal(payment.amount_minor, payment.currency),
        _decimal(payment.refunded_minor, payment.currency),
        payment.currency,
        at.absolute("payment", payment.public_id),
    ]


def _decimal(minor: int, currency: str) -> Decimal:
    return Money(minor, currency).decimal()
