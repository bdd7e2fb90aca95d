"""Read a customer's payments for a table of all of them, newest first, some hundred at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from django.db.models import Q

from paydesk.billing.payments.models import Payment
from paydesk.kit.clock import year_bounds
from paydesk.portal.reads.history import IS_COMING, KINDS, Wanted

AT_ONCE = 500


class TablePayment(NamedTuple):
    """A payment in a table. `refunded_minor` is a part of `amount_minor`, in the same currency."""

    id: int
    due_at: datetime
    paid_at: datetime | None
    title: str
    number: str
    order_title: str
    order_number: str
    state: str
    amount_minor: int
    refunded_minor: int
    currency: str
    public_id: str


_COLUMNS = (
    *("id", "due_at", "paid_at", "title", "number", "order__title", "order__number"),
    *("state", "amount_minor", "refunded_minor", "currency", "public_id"),
)


def payments_in_pieces(
    *, merchant_id: int, customer_id: int, zone: str, wanted: Wanted, ids: list[int] | None = None
) -> Iterator[list[TablePayment]]:
    """Give those that were asked for; with `ids` those among them. No query outlives its piece."""
    rows = Payment.objects.filter(merchant_id=merchant_id, customer_id=customer_id).exclude(IS_COMING)
    if wanted.kind:
        rows = rows.filter(KINDS[wanted.kind])
    if wanted.year is not None:
        since, until = year_bounds(wanted.year, zone=zone)
        rows = rows.filter(due_at__gte=since, due_at__lt=until)
    if wanted.order_id is not None:
        rows = rows.filter(order_id=wanted.order_id)
    rows = rows.order_by("-due_at", "-id")
    edge = Q(due_at__lte=datetime(9999, 1, 1, tzinfo=UTC))
    while True:
        some = rows.filter(edge)
        if ids is not None:
            some, ids = some.filter(id__in=ids[:AT_ONCE]), ids[AT_ONCE:]
        found = [TablePayment(*row) for row in some.values_list(*_COLUMNS)[:AT_ONCE]]
        if found:
            yield found
        if not (ids if ids is not None else len(found) == AT_ONCE):
            return
        if ids is None:
            last = found[-1]
            edge = Q(due_at__lt=last.due_at) | Q(due_at=last.due_at, id__lt=last.id)
