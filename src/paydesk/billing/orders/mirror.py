"""Mirror what was bought: a subscription is one order, an invoice or charge that stands alone is one too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from paydesk.billing.orders.models import Order, OrderLine
from paydesk.gateways.records import LineRecord
from paydesk.merchants.models import Connection


def mirror_order(
    *,
    connection: Connection,
    customer_id: int | None,
    reference: str,
    title: str,
    number: str,
    ordered_at: datetime,
    lines: Sequence[LineRecord],
) -> Order:
    """Keep one order and its lines. Asking twice changes nothing; call inside a transaction."""
    wanted = order_row(
        connection=connection,
        customer_id=customer_id,
        reference=reference,
        title=title,
        number=number,
        ordered_at=ordered_at,
    )
    mine = Order.objects.filter(
        merchant_id=connection.merchant_id, connection_id=connection.id, reference=reference
    )
    known = mine.first()
    if known is None:
        wanted.save(force_insert=True)
        OrderLine.objects.bulk_create(line_rows(wanted, lines))
        return wanted
    if (known.customer_id, known.title) != (customer_id, wanted.title):
        mine.update(customer_id=customer_id, title=wanted.title)
    return known


def order_row(
    *,
    connection: Connection,
    customer_id: int | None,
    reference: str,
    title: str,
    number: str,
    ordered_at: datetime,
) -> Order:
    """Give the row of an order. A company's descriptions may be longer than any page shows: they are cut."""
    return Order(
        merchant_id=connection.merchant_id,
        connection_id=connection.id,
        customer_id=customer_id,
        reference=reference,
        title=title[:200],
        number=number[:80],
        ordered_at=ordered_at,
    )


def line_rows(order: Order, lines: Sequence[LineRecord]) -> list[OrderLine]:
    """Give the rows of an order's lines, in their order."""
    return [
        OrderLine(
            merchant_id=order.merchant_id,
            order_id=order.id,
            position=position,
            title=line.title[:300],
            quantity=line.quantity,
            amount_minor=line.amount.minor,
            currency=line.amount.currency,
        )
        for position, line in enumerate(lines, start=1)
    ]
