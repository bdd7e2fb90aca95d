"""Draw one payment as a row of a list: a line of a table at width, a card on a phone.

It is the piece that pages repeat most, twenty times a page; as a macro it was a third of what the history costs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from markupsafe import Markup, escape

from paydesk.portal.addresses import url
from paydesk.portal.drawn import amount, day, state
from paydesk.portal.words.states import payment_word


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


def payment_row(payment: _NamedPayment) -> Markup:
    """Draw a payment by its title, with the order's name where it is another, and the day."""
    what = (
        f'<div class="payment-what"><h3>{_link(payment, escape(payment.title))}</h3>{_note(payment)}</div>'
        f'<p class="payment-day soft">{day(payment.paid_at or payment.due_at)}</p>'
    )
    return _row(payment, what, "payment-row")


def payment_row_by_day(payment: _Payment) -> Markup:
    """Draw a payment among its own kind: there the day is its name."""
    named = _link(payment, day(payment.paid_at or payment.due_at))
    what = (
        f'<h3 class="payment-what">{named}</h3>'
        f'<p class="payment-day soft figures">{escape(payment.number)}</p>'
    )
    return _row(payment, what, "payment-row payment-row-by-day")


def _row(payment: _Payment, what: str, kind: str) -> Markup:
    """Everything that was not written here was escaped where it was put in."""
    word = payment_word(payment.state, payment.refunded_minor, payment.amount_minor)
    return Markup(  # noqa: S704
        f'<li class="row {kind}">{what}<p class="payment-state">{state(word)}</p>'
        f'<p class="payment-amount">{amount(payment.amount_minor, payment.currency, "strong")}</p></li>'
    )


def _link(payment: _Payment, words: Markup) -> str:
    return f'<a class="row-link" href="{escape(url("payment", payment.public_id))}">{words}</a>'


def _note(payment: _NamedPayment) -> str:
    number = payment.number or payment.order_number
    spans = []
    if payment.order_title != payment.title:
        spans.append(f"<span>{escape(payment.order_title)}</span>")
    if number:
        spans.append(f'<span class="figures">{escape(number)}</span>')
    return f'<p class="row-note dots">{" ".join(spans)}</p>' if spans else ""
