"""Read where what was ordered is: the shipments of one order, of several, and all that are under way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from paydesk.billing.orders.models import Shipment
from paydesk.billing.orders.shipments.facts import ShipmentState, state_of
from paydesk.database.compiled import CompiledQuery
from paydesk.database.together import Ask

#: Of one order; nobody sends more parcels of it.
SHIPMENTS_MAX = 100
UNDER_WAY_MAX = 5


class Sent(NamedTuple):
    """A shipment with its order. Days are the merchant's."""

    title: str
    carrier: str
    number: str
    link: str
    prepared_date: date | None
    shipped_date: date | None
    expected_date: date | None
    delivered_date: date | None
    returned_date: date | None
    order_public_id: str
    order_title: str
    order_number: str

    @property
    def state(self) -> ShipmentState:
        """Say how it stands."""
        return state_of(
            link=self.link,
            shipped_date=self.shipped_date,
            delivered_date=self.delivered_date,
            returned_date=self.returned_date,
        )


_COLUMNS = (*Sent._fields[:-3], "order__public_id", "order__title", "order__number")
_OF_ORDER = CompiledQuery(
    build=lambda merchant_id, order_id: (
        Shipment.objects.filter(merchant_id=merchant_id, order_id=order_id)
        .order_by("id")
        .values_list(*_COLUMNS)[:SHIPMENTS_MAX]
    ),
    into=Sent,
    slots={"merchant_id": int, "order_id": int},
)
_UNDER_WAY = CompiledQuery(
    build=lambda merchant_id, customer_id: (
        Shipment.objects.filter(
            merchant_id=merchant_id,
            order__merchant_id=merchant_id,
            order__customer_id=customer_id,
            link="",
            delivered_date__isnull=True,
            returned_date__isnull=True,
        )
        .order_by("-id")
        .values_list(*_COLUMNS)[:UNDER_WAY_MAX]
    ),
    into=Sent,
    slots={"merchant_id": int, "customer_id": int},
)


def shipments_of(*, merchant_id: int, order_id: int) -> list[Sent]:
    """Give the order's shipments, in the order in which they became known."""
    return _OF_ORDER.rows(merchant_id=merchant_id, order_id=order_id)


def ask_under_way(*, merchant_id: int, customer_id: int) -> Ask:
    """Ask for the latest that are in preparation or with a carrier."""
    return Ask(_UNDER_WAY, {"merchant_id": merchant_id, "customer_id": customer_id})


class Standing(NamedTuple):
    """The states of an order's shipments, each once, and their numbers for the search."""

    states: list[ShipmentState]
    numbers: list[str]


def standings(*, merchant_id: int, order_ids: Sequence[int]) -> dict[int, Standing]:
    """Give how each of these orders stands; one of which nothing is known is left out."""
    rows = Shipment.objects.filter(merchant_id=merchant_id, order_id__in=order_ids).order_by("id")
    found: dict[int, list[Sent]] = defaultdict(list)
    for order_id, *columns in rows.values_list("order_id", *_COLUMNS):
        found[order_id].append(Sent(*columns))
    return {order_id: _standing(shipments) for order_id, shipments in found.items()}


def _standing(shipments: Sequence[Sent]) -> Standing:
    there = {one.state for one in shipments}
    return Standing([one for one in ShipmentState if one in there], [one.number for one in shipments])
