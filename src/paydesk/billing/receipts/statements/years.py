"""Name the years in which something was paid or went back, with what it came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Sum
from django.db.models.functions import ExtractYear

from paydesk.billing.receipts.statements.facts import lines_of_customer
from paydesk.billing.receipts.statements.kinds import sign_of
from paydesk.database.compiled import CompiledQuery


class _Row(NamedTuple):
    year: int
    currency: str
    kind: str
    amount_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Year:
    """`totals`: what was paid less what went back, in minor units by currency."""

    year: int
    totals: dict[str, int]


def years_of(*, merchant_id: int, customer_id: int, zone: str) -> list[Year]:
    """List the years of the merchant's zone that have a statement, the latest first."""
    return _added_up(_query(zone).rows(merchant_id=merchant_id, customer_id=customer_id))


def _added_up(rows: Iterable[_Row]) -> list[Year]:
    totals: dict[int, Counter[str]] = {}
    for row in rows:
        totals.setdefault(row.year, Counter())[row.currency] += sign_of(row.kind) * row.amount_minor
    return [
        Year(year=year, totals=dict(sorted(totals[year].items()))) for year in sorted(totals, reverse=True)
    ]


@lru_cache(maxsize=256)
def _query(zone: str) -> CompiledQuery[_Row]:
    def build(**slot: Any) -> QuerySet[Any, Any]:
        return (
            lines_of_customer(slot)
            .values_list(ExtractYear("entry__occurred_at", tzinfo=ZoneInfo(zone)), "currency", "entry__kind")
            .annotate(amount=Sum("amount_minor"))
            .order_by()
        )

    return CompiledQuery(build=build, into=_Row, slots={"merchant_id": int, "customer_id": int})
