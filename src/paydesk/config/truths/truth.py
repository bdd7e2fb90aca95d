"""One truth: its number, what it says, and the question that finds what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from paydesk.merchants.find import MerchantInSight

#: Of one truth so many examples are told: a person looks at the first ones, and there may be a million.
EXAMPLES_MAX = 5

#: Gives a sentence for each row that breaks the truth. The moment is wall time.
Question = Callable[[MerchantInSight, datetime], Iterable[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """`stops`: while it is broken, nothing is charged for the merchant."""

    name: str
    says: str
    ask: Question
    stops: bool = True

    def broken_by(self, merchant: MerchantInSight, now: datetime) -> list[str]:
        """Give a few examples of what breaks it; none when it holds."""
        return list(islice(self.ask(merchant, now), EXAMPLES_MAX))
