"""Read an order, its lines, its payments and what of them was refunded."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from paydesk.billing.orders.models import Order, OrderLine
from paydesk.billing.payments.models import Payment, Refund
from paydesk.database.compiled import CompiledQuery
from paydesk.portal.reads.history import COLUMNS, IS_COMING, PastPayment

PAYMENTS_MAX = 50


class OrderFacts(NamedTuple):
    """One thing that was bought."""

    id: int
    public_id: str
    title: str
    number: str
    ordered_at: datetime


class Line(NamedTuple):
    """One line; the amount is the line's total."""

    title: str
    quantity: int
    amount_minor: int
    currency: str


class OrderRefund(NamedTuple):
    """Money of a payment of the order that went back, is on its way back, or did not get there."""

    state: str
    amount_minor: int
    currency: str
    created_at: datetime
    payment_public_id: str


_ORDER = CompiledQuery(
    build=lambda merchant_id, customer_id, public_id: Order.objects.filter(
        merchant_id=merchant_id, customer_id=customer_id, public_id=public_id
    ).values_list(*OrderFacts._fields),
    into=OrderFacts,
    slots={"merchant_id": int, "customer_id": int, "public_id": str},
)
_LINES = CompiledQuery(
    build=lambda merchant_id, order_id: (
        OrderLine.objects.filter(merchant_id=merchant_id, order_id=order_id)
        .order_by("position")
        .values_list(*Line._fields)
    ),
    into=Line,
    slots={"merchant_id": int, "order_id": int},
)
_PAYMENTS = CompiledQuery(
    build=lambda merchant_id, customer_id, order_id: (
        Payment.objects.filter(merchant_id=merchant_id, customer_id=customer_id, order_id=order_id)
        .exclude(IS_COMING)
        .order_by("-due_at", "-id")
        .values_list(*COLUMNS)[: PAYMENTS_MAX + 1]
    ),
    into=PastPayment,
    slots={"merchant_id": int, "customer_id": int, "order_id": int},
)


_REFUNDS = CompiledQuery(
    build=lambda merchant_id, customer_id, order_id: (
        Refund.objects.filter(
            merchant_id=merchant_id,
            payment__merchant_id=merchant_id,
            payment__customer_id=customer_id,
            payment__order_id=order_id,
        )
        .order_by("-created_at", "-id")
        .values_list("state", "amount_minor", "currency", "created_at", "payment__public_id")[:PAYMENTS_MAX]
    ),
    into=OrderRefund,
    slots={"merchant_id": int, "customer_id": int, "order_id": int},
)


def find_order(*, merchant_id: int, customer_id: int, public_id: str) -> OrderFacts | None:
    """Give one of the customer's own orders, or None."""
    return _ORDER.first(merchant_id=merchant_id, customer_id=customer_id, public_id=public_id)


def lines_of(*, merchant_id: int, order_id: int) -> list[Line]:
    """Give the order's lines."""
    return _LINES.rows(merchant_id=merchant_id, order_id=order_id)


def payments_of(*, merchant_id: int, customer_id: int, order_id: int) -> list[PastPayment]:
    """Give the order's latest payments, at most PAYMENTS_MAX and one more that says there are others."""
    return _PAYMENTS.rows(merchant_id=merchant_id, customer_id=customer_id, order_id=order_id)


def refunds_of(*, merchant_id: int, customer_id: int, order_id: int) -> list[OrderRefund]:
    """Give the latest refunds of the order's payments, at most PAYMENTS_MAX."""
    return _REFUNDS.rows(merchant_id=merchant_id, customer_id=customer_id, order_id=order_id)
