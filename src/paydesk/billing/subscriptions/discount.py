"""A discount on some payments of a subscription, by their positions: a pause or another day changes none. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


def off_minor(amount_minor: int, *, percent: int) -> int:
    """Give so many per cent of an amount, rounded to the customer's favour; in minor units."""
    return -(-amount_minor * percent // 100)


def off_until(amount_minor: int, *, percent: int, ends_at: datetime | None, at: datetime) -> int:
    """Give what a company takes off a bill that it makes at a moment; a discount without an end takes it off each."""
    return off_minor(amount_minor, percent=percent) if ends_at is None or at < ends_at else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Discount:
    """`percent` off `count` payments, of which the `first`-th is the first; of no payment unless it is said."""

    percent: int = 0
    first: int = 0
    count: int = 0

    def off(self, amount_minor: int, position: int) -> int:
        """Give what the payment at a position costs less, in minor units."""
        if not self.first <= position < self.first + self.count:
            return 0
        return off_minor(amount_minor, percent=self.percent)


NO_DISCOUNT = Discount()
