"""Read a customer's orders, newest first: a page of them, or those in which each word of a search is found.

A person's orders are few enough to be read whole; a page is found by its neighbour (keyset).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from paydesk.billing.orders.models import Order, Shipment
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit.pages import Cursor
from paydesk.portal.reads.search import fold
from paydesk.portal.reads.shipments import Standing, standings

PAGE_ROWS = 20
#: Beyond this the oldest are not searched.
SEARCHED_MAX = 2_000


class PastOrder(NamedTuple):
    """An order in a list."""

    id: int
    public_id: str
    title: str
    number: str
    ordered_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class OrdersPage:
    """Some orders, how each stands, and whether there are older or newer ones."""

    orders: list[PastOrder]
    standing: dict[int, Standing]
    has_newer: bool = False
    has_older: bool = False


def orders_page(
    *, merchant_id: int, customer_id: int, after: Cursor | None = None, before: Cursor | None = None
) -> OrdersPage:
    """Give the page after a cursor (older), or before one (newer), or the first."""
    rows = _mine(merchant_id, customer_id)
    edge = before or after
    if edge is not None:
        rows = rows.filter(_beyond(edge, is_newer=before is not None))
    order = ("ordered_at", "id") if before is not None else ("-ordered_at", "-id")
    found = [
        PastOrder(*row) for row in rows.order_by(*order).values_list(*PastOrder._fields)[: PAGE_ROWS + 1]
    ]
    has_more, kept = len(found) > PAGE_ROWS, found[:PAGE_ROWS]
    if before is not None:
        kept.reverse()
    return OrdersPage(
        orders=kept,
        standing=standings(merchant_id=merchant_id, order_ids=[one.id for one in kept]),
        has_newer=has_more if before is not None else after is not None,
        has_older=True if before is not None else has_more,
    )


def search_orders(*, merchant_id: int, customer_id: int, words: str) -> OrdersPage:
    """Give every order in which each of the words is found: its name, its number, or a number of a carrier."""
    asked = [folded for word in words.split() if (folded := fold(word))]
    rows = _mine(merchant_id, customer_id).order_by("-ordered_at", "-id")
    orders = [PastOrder(*row) for row in rows.values_list(*PastOrder._fields)[:SEARCHED_MAX]]
    standing = standings(merchant_id=merchant_id, order_ids=[one.id for one in orders])
    found = [one for one in orders if _is_found(one, standing.get(one.id), asked)]
    return OrdersPage(orders=found[: PAGE_ROWS * 5], standing=standing)


def _mine(merchant_id: int, customer_id: int) -> QuerySet[Order]:
    """A charge that its bill has taken over leaves an order behind in which nothing was bought: it is left out."""
    paid = Payment.objects.filter(merchant_id=merchant_id, order_id=OuterRef("id"), customer_id=customer_id)
    agreed = Subscription.objects.filter(merchant_id=merchant_id, order_id=OuterRef("id"))
    sent = Shipment.objects.filter(merchant_id=merchant_id, order_id=OuterRef("id"))
    mine = Order.objects.filter(merchant_id=merchant_id, customer_id=customer_id)
    return mine.filter(Exists(paid) | Exists(agreed) | Exists(sent))


def _beyond(edge: Cursor, *, is_newer: bool) -> Q:
    if is_newer:
        return Q(ordered_at__gt=edge.moment) | Q(ordered_at=edge.moment, id__gt=edge.row_id)
    return Q(ordered_at__lt=edge.moment) | Q(ordered_at=edge.moment, id__lt=edge.row_id)


def _is_found(order: PastOrder, standing: Standing | None, asked: list[str]) -> bool:
    numbers = [number.replace(" ", "") for number in standing.numbers] if standing else []
    said = "|".join(fold(part) for part in (order.title, order.number, *numbers))
    return all(word in said for word in asked)
