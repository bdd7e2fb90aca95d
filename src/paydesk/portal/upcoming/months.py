"""Sum what is coming up by month and currency: what the timeline draws, and the headings of the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Protocol

from paydesk.billing.arrangements.coming.upcoming import Upcoming


class Row(Protocol):
    """What is summed up of a payment to come."""

    @property
    def day(self) -> date: ...
    @property
    def amount_minor(self) -> int: ...
    @property
    def currency(self) -> str: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One payment of a list, or several of a month that are expected for the same agreement."""

    first: Upcoming
    last_day: date
    amount_minor: int
    count: int = 1

    @property
    def day(self) -> date:
        """Give the day by which it stands in the list."""
        return self.first.day

    @property
    def currency(self) -> str:
        """Give what the amount is in."""
        return self.first.currency


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """A month of the list; the sums are by currency."""

    month: date
    sums: Sequence[tuple[int, str]]
    lines: Sequence[Line]


def months_of(found: Sequence[Upcoming]) -> list[Month]:
    """Group what comes, in its order, by month."""
    grouped = [(month, list(rows)) for month, rows in groupby(found, key=lambda one: month_of(one.day))]
    return [Month(month=month, sums=totals(rows), lines=lines_of(rows)) for month, rows in grouped]


def lines_of(found: Sequence[Upcoming]) -> list[Line]:
    """Give each payment a line; what is only expected, week by week perhaps, is one line an agreement."""
    lines: dict[str, Line] = {}
    for number, one in enumerate(found):
        key = one.subscription_public_id if one.is_expected and not one.payments_total else str(number)
        before = lines.get(key)
        lines[key] = Line(
            first=before.first if before else one,
            last_day=one.day,
            amount_minor=one.amount_minor + (before.amount_minor if before else 0),
            count=1 + (before.count if before else 0),
        )
    return list(lines.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthSum:
    """One month of a timeline. `share` is its amount in hundredths of the month with most."""

    month: date
    amount_minor: int
    count: int
    share: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline:
    """The months of one currency, from the first day to the last; a month without payments is there as well."""

    currency: str
    total_minor: int
    months: Sequence[MonthSum]


def timelines(rows: Sequence[Row], *, first: date, last: date) -> list[Timeline]:
    """Give one for each currency, the one with most payments first."""
    counts = Counter(row.currency for row in rows)
    order = sorted(counts, key=lambda currency: (-counts[currency], currency))
    months = list(months_between(first, last))
    return [_timeline([row for row in rows if row.currency == currency], months) for currency in order]


def totals(rows: Iterable[Row]) -> list[tuple[int, str]]:
    """Add up by currency, in the order in which they come."""
    sums = Counter[str]()
    for row in rows:
        sums[row.currency] += row.amount_minor
    return [(minor, currency) for currency, minor in sums.items()]


def month_of(day: date) -> date:
    """Give the first day of its month."""
    return day.replace(day=1)


def months_between(first: date, last: date) -> Iterator[date]:
    """Give the first day of every month that the days fall into."""
    month = month_of(first)
    while month <= last:
        yield month
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _timeline(rows: Sequence[Row], months: Sequence[date]) -> Timeline:
    sums, counts = Counter[date](), Counter[date]()
    for row in rows:
        sums[month_of(row.day)] += row.amount_minor
        counts[month_of(row.day)] += 1
    most = max(sums.values(), default=0)
    return Timeline(
        currency=rows[0].currency,
        total_minor=sums.total(),
        months=[
            MonthSum(
                month=month,
                amount_minor=sums[month],
                count=counts[month],
                # What is there can be seen, however little it is beside the month with most.
                share=max(sums[month] * 100 // most, 4) if sums[month] else 0,
            )
            for month in months
        ],
    )
