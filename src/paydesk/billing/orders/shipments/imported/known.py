"""Look up the orders that the lines of a CSV name, in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from paydesk.billing.orders.models import Order
from paydesk.database.batches import batches
from paydesk.merchants.find import MerchantInSight

_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownOrders:
    """The merchant's orders by the words of the file; connections may have the same reference or number."""

    by_number: dict[str, list[Order]] = field(default_factory=lambda: defaultdict(list))
    by_reference: dict[str, list[Order]] = field(default_factory=lambda: defaultdict(list))


def look_up(*, merchant: MerchantInSight, words: Sequence[str]) -> KnownOrders:
    """Give the orders that have one of these words as number or as reference."""
    known, wanted = KnownOrders(), sorted({word for word in words if word})
    for some in batches(wanted, most=_AT_ONCE):
        mine = Order.objects.filter(merchant_id=merchant.id)
        for order in mine.filter(Q(number__in=some) | Q(reference__in=some)).order_by("id"):
            if order.number in some:
                known.by_number[order.number].append(order)
            if order.reference in some:
                known.by_reference[order.reference].append(order)
    return known
