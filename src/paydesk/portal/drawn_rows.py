"""Draw payments as rows of a list: lines of a table at width, cards on a phone.

A row is the piece that pages repeat most; as a macro it was a third of what the history costs.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from markupsafe import Markup, escape

from paydesk.portal.addresses import url
from paydesk.portal.drawn import amount, day, state
from paydesk.portal.words.states import payment_word

_BY_DAY = "payment-row payment-row-by-day"


class _Payment(Protocol):
    """What every row has."""

    @property
    def public_id(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def amount_minor(self) -> int: ...
    @property
    def refunded_minor(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def paid_at(self) -> datetime | None: ...


class _NamedPayment(_Payment, Protocol):
    """What a row among payments of several orders has as well."""

    @property
    def title(self) -> str: ...
    @property
    def order_title(self) -> str: ...
    @property
    def order_number(self) -> str: ...


def payment_rows(payments: Iterable[_NamedPayment]) -> Markup:
    """Draw payments by their titles, with the order's name where it is another, and the day."""
    before = _before_id()
    return _rows(_row(payment, _titled(payment, before), "payment-row") for payment in payments)


def payment_rows_by_day(payments: Iterable[_Payment]) -> Markup:
    """Draw payments among their own kind: there the day is their name."""
    before = _before_id()
    return _rows(_row(payment, _dated(payment, before), _BY_DAY) for payment in payments)


def _before_id() -> str:
    """Give what stands before a payment's id in its address: the same for every row."""
    return url("payment", "0").removesuffix("0")


def _rows(rows: Iterable[str]) -> Markup:
    """Everything that was not written here was escaped where it was put in."""
    return Markup("".join(rows))  # noqa: S704


def _titled(payment: _NamedPayment, before: str) -> str:
    return (
        f'<div class="payment-what"><h3>{_link(payment, before, escape(payment.title))}</h3>{_note(payment)}</div>'
        f'<p class="payment-day soft">{day(payment.paid_at or payment.due_at)}</p>'
    )


def _dated(payment: _Payment, before: str) -> str:
    named = _link(payment, before, day(payment.paid_at or payment.due_at))
    return (
        f'<h3 class="payment-what">{named}</h3>'
        f'<p class="payment-day soft figures">{escape(payment.number)}</p>'
    )


def _row(payment: _Payment, what: str, kind: str) -> str:
    word = payment_word(payment.state, payment.refunded_minor, payment.amount_minor)
    return (
        f'<li class="row {kind}">{what}<p class="payment-state">{state(word)}</p>'
        f'<p class="payment-amount">{amount(payment.amount_minor, payment.currency, "strong")}</p></li>'
    )


def _link(payment: _Payment, before: str, words: Markup) -> str:
    return f'<a class="row-link" href="{before}{escape(payment.public_id)}">{words}</a>'


def _note(payment: _NamedPayment) -> str:
    number = payment.number or payment.order_number
    spans = []
    if payment.order_title != payment.title:
        spans.append(f"<span>{escape(payment.order_title)}</span>")
    if number:
        spans.append(f'<span class="figures">{escape(number)}</span>')
    return f'<p class="row-note dots">{" ".join(spans)}</p>' if spans else ""
