"""Say what an import of agreements would make: how many, for how much, from which days, and what is charged at once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from paydesk.billing.arrangements.wanted import AgreementWanted
from paydesk.billing.payments.charging.plan_out import Planned
from paydesk.billing.subscriptions.schedule import Rhythm
from paydesk.kit.money import Money, total


@dataclass(kw_only=True, slots=True)
class Sum:
    """So many payments in one currency, and what they come to in minor units."""

    count: int = 0
    minor: int = 0

    def add(self, count: int, minor: int) -> None:
        self.count += count
        self.minor += minor


def _sums() -> dict[str, Sum]:
    return defaultdict(Sum)


@dataclass(kw_only=True, slots=True)
class Forecast:
    """Sums are by currency. `planned` is all of the plans, `before` what of it was paid before, `each_time` one payment

    of every subscription. What is due today or was due before is charged as soon as a worker runs. `first` is by day:
    the first payment of each agreement that is to come.
    """

    today: date
    plans_count: int = 0
    subscriptions_count: int = 0
    payments_count: int = 0
    without_card_count: int = 0
    known_count: int = 0
    planned: dict[str, Sum] = field(default_factory=_sums)
    before: dict[str, Sum] = field(default_factory=_sums)
    each_time: dict[str, Sum] = field(default_factory=_sums)
    due_before: dict[str, Sum] = field(default_factory=_sums)
    due_today: dict[str, Sum] = field(default_factory=_sums)
    first: dict[date, dict[str, Sum]] = field(default_factory=lambda: defaultdict(_sums))
    # Lines whose reference is there already, and the columns that say something else than what is there.
    differing: list[tuple[int, list[str]]] = field(default_factory=list)

    @property
    def agreements_count(self) -> int:
        """Say how many would be made."""
        return self.plans_count + self.subscriptions_count

    def take(self, wanted: AgreementWanted, planned: list[Planned], *, has_card: bool) -> None:
        """Count one agreement that would be made."""
        currency = wanted.price.currency
        left = planned[wanted.paid_before :]
        self.payments_count += len(planned)
        self.without_card_count += not has_card
        self.first[left[0].day][currency].add(1, left[0].amount_minor)
        if wanted.payments_count is None:
            self.subscriptions_count += 1
            self.each_time[currency].add(1, wanted.price.minor)
        else:
            self.plans_count += 1
            self.planned[currency].add(len(planned), _sum_of(planned, currency))
            before = planned[: wanted.paid_before]
            self.before[currency].add(len(before), _sum_of(before, currency))
        past = due_until(wanted, planned, self.today - timedelta(days=1))
        due = due_until(wanted, planned, self.today)
        self.due_before[currency].add(*past)
        self.due_today[currency].add(due[0] - past[0], due[1] - past[1])


def due_until(wanted: AgreementWanted, planned: list[Planned], last: date) -> tuple[int, int]:
    """Give how many payments that were not made before are due until a day, that day counted in, and their sum."""
    if wanted.payments_count is None:
        rhythm = Rhythm(unit=wanted.interval_unit, count=wanted.interval_count, anchor=wanted.first_day)
        # Each makes the next one, until one is to come: all of them are charged, one after the other.
        count = rhythm.first_index_from(last + timedelta(days=1))
        return count, count * wanted.price.minor
    due = [one for one in planned[wanted.paid_before :] if one.day <= last]
    return len(due), _sum_of(due, wanted.price.currency)


def _sum_of(planned: list[Planned], currency: str) -> int:
    return total((Money(one.amount_minor, currency) for one in planned), currency=currency).minor
