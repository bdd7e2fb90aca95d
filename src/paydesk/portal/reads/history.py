"""Read one page of a customer's payments, newest first, and how many there are of each kind.

A page is found by its neighbour (keyset), so the last page costs what the first one does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.db.models.functions import ExtractYear

from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database import compiled
from paydesk.database.compiled import CompiledQuery
from paydesk.database.together import Ask
from paydesk.kit.clock import year_bounds
from paydesk.kit.pages import Cursor

PAGE_ROWS = 20
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_END = datetime(9999, 1, 1, tzinfo=UTC)
_ID_MAX = 2**63 - 1

#: The kinds that a customer can filter by; each payment is of exactly one.
KINDS: dict[str, Q] = {
    "paid": Q(state=Payment.State.PAID, refunded_minor=0),
    "failed": Q(state=Payment.State.FAILED),
    "waiting": Q(state__in=[Payment.State.SCHEDULED, Payment.State.DUE, Payment.State.PROCESSING]),
    "refunded": Q(state=Payment.State.PAID, refunded_minor__gt=0),
    "closed": Q(
        state__in=[
            Payment.State.SKIPPED,
            Payment.State.COVERED,
            Payment.State.CANCELED,
            Payment.State.WRITTEN_OFF,
        ]
    ),
}


#: What Paydesk will collect is no past payment: it stands on the page of what is coming up, until its day.
IS_COMING = Q(collected_by=Subscription.CollectedBy.PAYDESK, state=Payment.State.SCHEDULED)


class PastPayment(NamedTuple):
    """A payment in a list."""

    id: int
    public_id: str
    title: str
    number: str
    state: str
    amount_minor: int
    refunded_minor: int
    currency: str
    due_at: datetime
    paid_at: datetime | None
    order_public_id: str
    order_title: str
    order_number: str


class KindCount(NamedTuple):
    """How many payments of one kind fall into one year of the merchant's zone."""

    kind: str
    year: int
    payments: int


class OrderCount(NamedTuple):
    """An order with more than one payment."""

    public_id: str
    title: str
    payments: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What the customer asked to see. Empty means everything."""

    kind: str = ""
    year: int | None = None
    order_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryPage:
    """One page, and whether there is more on either side."""

    payments: list[PastPayment]
    has_newer: bool
    has_older: bool


COLUMNS = (*PastPayment._fields[:-3], "order__public_id", "order__title", "order__number")


def ask_history(
    *,
    merchant_id: int,
    customer_id: int,
    zone: str,
    wanted: Wanted,
    after: Cursor | None = None,
    before: Cursor | None = None,
) -> Ask:
    """Ask for the page after a cursor (older), or before one (newer), or the first; `page_of` reads the answer."""
    since, until = (_BEGINNING, _END) if wanted.year is None else year_bounds(wanted.year, zone=zone)
    cursor = before or after or Cursor(moment=_END, row_id=_ID_MAX)
    query = _page_query(wanted.kind, wanted.order_id is not None, before is not None)
    bounds: dict[str, compiled.Value] = {"since": since, "until": until}
    place: dict[str, compiled.Value] = {
        "moment": cursor.moment,
        "same_moment": cursor.moment,
        "row_id": cursor.row_id,
    }
    return Ask(query, _values(merchant_id, customer_id, wanted.order_id) | bounds | place)


def page_of(
    rows: list[PastPayment], *, after: Cursor | None = None, before: Cursor | None = None
) -> HistoryPage:
    """Make the page of what `ask_history` found: it asks for one row more than there is room for."""
    has_more, kept = len(rows) > PAGE_ROWS, rows[:PAGE_ROWS]
    if before is not None:
        return HistoryPage(payments=kept[::-1], has_newer=has_more, has_older=True)
    return HistoryPage(payments=kept, has_newer=after is not None, has_older=has_more)


def ask_latest_payments(*, merchant_id: int, customer_id: int, now: datetime) -> Ask:
    """Ask for the last five that were due."""
    return Ask(_LATEST, _values(merchant_id, customer_id, None) | {"now": now})


def ask_kind_counts(*, merchant_id: int, customer_id: int, zone: str, order_id: int | None = None) -> Ask:
    """Ask how many payments there are by kind and year."""
    return Ask(_count_query(zone, order_id is not None), _values(merchant_id, customer_id, order_id))


def ask_order_counts(*, merchant_id: int, customer_id: int) -> Ask:
    """Ask for the orders with most payments; an order with a single one is found in the list itself."""
    return Ask(_ORDERS, _values(merchant_id, customer_id, None))


def _values(merchant_id: int, customer_id: int, order_id: int | None) -> dict[str, compiled.Value]:
    mine: dict[str, compiled.Value] = {"merchant_id": merchant_id, "customer_id": customer_id}
    return mine if order_id is None else mine | {"order_id": order_id}


@lru_cache(maxsize=64)
def _page_query(kind: str, has_order: bool, is_backward: bool) -> CompiledQuery[PastPayment]:
    def build(**slot: Any) -> QuerySet[Any, Any]:
        rows = _of_customer(slot, has_order).filter(due_at__gte=slot["since"], due_at__lt=slot["until"])
        rows = rows.filter(**_edge(slot["moment"], is_backward))
        if kind:
            rows = rows.filter(KINDS[kind])
        rows = rows.exclude(**_not_past(slot["same_moment"], slot["row_id"], is_backward))
        order = ("due_at", "id") if is_backward else ("-due_at", "-id")
        return rows.order_by(*order).values_list(*COLUMNS)[: PAGE_ROWS + 1]

    moments = dict.fromkeys(("since", "until", "moment", "same_moment"), datetime)
    return CompiledQuery(build=build, into=PastPayment, slots=_slots(has_order) | moments | {"row_id": int})


def _edge(moment: datetime, is_backward: bool) -> dict[str, datetime]:
    """Begin the scan at the cursor; the index does the rest."""
    return {"due_at__gte" if is_backward else "due_at__lte": moment}


def _not_past(moment: datetime, row_id: int, is_backward: bool) -> dict[str, Any]:
    """Leave out the cursor's own row and those of the same moment that were shown."""
    return {"due_at": moment, "id__lte" if is_backward else "id__gte": row_id}


@lru_cache(maxsize=256)
def _count_query(zone: str, has_order: bool) -> CompiledQuery[KindCount]:
    kinds = Case(*(When(rule, then=Value(kind)) for kind, rule in KINDS.items()), default=Value(""))

    def build(**slot: Any) -> QuerySet[Any, Any]:
        return (
            _of_customer(slot, has_order)
            .values_list(kinds, ExtractYear("due_at", tzinfo=ZoneInfo(zone)))
            .annotate(payments=Count("id"))
            .order_by()
        )

    return CompiledQuery(build=build, into=KindCount, slots=_slots(has_order))


def _of_customer(slot: dict[str, Any], has_order: bool) -> QuerySet[Payment, Payment]:
    mine = Payment.objects.filter(merchant_id=slot["merchant_id"], customer_id=slot["customer_id"])
    rows = mine.exclude(IS_COMING)
    return rows.filter(order_id=slot["order_id"]) if has_order else rows


def _slots(has_order: bool) -> dict[str, type]:
    names = ("merchant_id", "customer_id", "order_id") if has_order else ("merchant_id", "customer_id")
    return dict.fromkeys(names, int)


def _latest(**slot: Any) -> QuerySet[Any, Any]:
    rows = _of_customer(slot, has_order=False).filter(due_at__lte=slot["now"])
    return rows.order_by("-due_at", "-id").values_list(*COLUMNS)[:5]


_LATEST = CompiledQuery(build=_latest, into=PastPayment, slots=_slots(False) | {"now": datetime})


def _orders(**slot: Any) -> QuerySet[Any, Any]:
    return (
        _of_customer(slot, has_order=False)
        .values_list("order__public_id", "order__title")
        .annotate(payments=Count("id"))
        .filter(payments__gt=1)
        .order_by("-payments", "order__title")[:8]
    )


_ORDERS = CompiledQuery(build=_orders, into=OrderCount, slots=_slots(False))
