"""Sort what a subscription's transactions did into payments and episodes of failure. Pure; nothing is read or kept.

PayPal tells what it tried and what is outstanding now, and not what was outstanding then. What is known of its ways
(developer.paypal.com/docs/subscriptions/customize/payment-failure-retry): a payment that fails is tried again after
five days, twice at most in a cycle, then added to the balance; where `auto_bill_outstanding` says so, the next cycle
asks for that balance as well, in one transaction. A merchant may capture it at any time, whole or in part, or forgive
it, which leaves no trace but smaller sums. So each episode keeps a tally: it ends when it is paid, or seen to have been
forgiven.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from paydesk.gateways.paypal.requests import Json
from paydesk.gateways.records import Verdict

#: PayPal bills at the same time of the day in each cycle, give or take.
_GIVE_OR_TAKE = timedelta(hours=2)
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True, kw_only=True, slots=True)
class Transaction:
    """One transaction of a subscription; `said` is all of it."""

    reference: str
    at: datetime
    minor: int
    verdict: Verdict
    said: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Rhythm:
    """How often a subscription is billed, and whether a bill asks for what is outstanding too."""

    unit: str
    count: int
    bills_outstanding: bool

    def after(self, moment: datetime, cycles: int) -> datetime:
        """Give the moment so many cycles later; a month without such a day has its last."""
        if self.unit in _DAYS:
            return moment + timedelta(days=_DAYS[self.unit] * self.count * cycles)
        months = moment.year * 12 + moment.month - 1 + _MONTHS[self.unit] * self.count * cycles
        year, month = divmod(months, 12)
        return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))

    def is_bill(self, moment: datetime, *, since: datetime) -> bool:
        """Say whether a later bill than the one at `since` could be of that moment."""
        cycles, due = 0, since
        while due + _GIVE_OR_TAKE < moment:
            cycles += 1
            due = self.after(since, cycles)
        # From a short month one cannot tell whether the rhythm is of its last day or of a later one.
        days = range(4 if since.day >= 28 and self.unit in _MONTHS else 1)
        around = [
            self.after(since, one) + timedelta(days=day) for one in (cycles - 1, cycles) for day in days
        ]
        return cycles > 0 and any(abs(moment - one) <= _GIVE_OR_TAKE for one in around if one > since)


@dataclass(frozen=True, kw_only=True, slots=True)
class Missed:
    """What one cycle asked for in vain."""

    at: datetime
    minor: int


class _Place(Enum):
    WITHIN = "within"
    BESIDE = "beside"  # another payment, while the episode goes on
    AFTER = "after"  # the balance had been forgiven before it


@dataclass(kw_only=True, slots=True)
class Episode:
    """What failed, from the first decline until nothing is left: its tries, and what each cycle asked for.

    `left_minor`: what should still be outstanding; zero ends it.
    """

    transactions: list[Transaction] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)
    left_minor: int = 0
    is_over: bool = False

    @property
    def reference(self) -> str:
        return self.transactions[0].reference

    @property
    def paid_minor(self) -> int:
        return sum(one.minor for one in self.transactions if one.verdict is Verdict.SUCCEEDED)

    @property
    def missed_minor(self) -> int:
        return sum(one.minor for one in self.missed)


def sort_out(transactions: Iterable[Transaction], rhythm: Rhythm) -> list[Transaction | Episode]:
    """Put each transaction into just one place, in the order of time. Only the last episode can be open."""
    found: list[Transaction | Episode] = []
    tally: _Tally | None = None
    for one in sorted({each.reference: each for each in transactions}.values(), key=_order):
        if tally is not None:
            place = tally.place(one)
            if place is _Place.AFTER or tally.episode.is_over:
                tally.episode.is_over = True
                tally = None
            if place is _Place.WITHIN:
                continue
            if place is _Place.BESIDE:
                found.append(one)
                continue
        if one.verdict is Verdict.DECLINED:
            tally = _Tally.begun_by(one, rhythm)
            found.append(tally.episode)
        else:
            found.append(one)
    return found


def open_episode(sorted_out: Sequence[Transaction | Episode]) -> Episode | None:
    """Give the episode that the transactions alone would leave open."""
    episodes = [one for one in sorted_out if isinstance(one, Episode)]
    return episodes[-1] if episodes and not episodes[-1].is_over else None


def _order(one: Transaction) -> tuple[datetime, str]:
    return one.at, one.reference


@dataclass(kw_only=True, slots=True)
class _Tally:
    """Keeps count of an open episode: which cycle it is in, what a cycle costs, what should be left."""

    episode: Episode
    rhythm: Rhythm
    billed_at: datetime
    price_minor: int

    @classmethod
    def begun_by(cls, one: Transaction, rhythm: Rhythm) -> _Tally:
        episode = Episode()
        tally = cls(episode=episode, rhythm=rhythm, billed_at=one.at, price_minor=one.minor)
        tally._miss(one, one.minor)
        episode.transactions.append(one)
        return tally

    def place(self, one: Transaction) -> _Place:
        """Say where the next transaction belongs, and count it in if it is of this episode."""
        place = _Place.WITHIN
        if one.verdict is Verdict.DECLINED:
            place = self._after_decline(one)
        elif one.verdict is Verdict.SUCCEEDED:
            place = self._after_success(one)
        if place is _Place.WITHIN:
            self.episode.transactions.append(one)
            self.episode.is_over = self.episode.left_minor <= 0
        return place

    def _after_decline(self, one: Transaction) -> _Place:
        """A bill that fails adds to what is missed; a retry does not, nor a capture, which is made at any time."""
        left, is_next = self.episode.left_minor, self._is_next_bill(one)
        if self.rhythm.bills_outstanding:
            if is_next and (one.minor == self.price_minor or one.minor <= left):
                # It would have asked for what was left as well.
                return _Place.AFTER
            if one.minor > left:
                self._miss(one, one.minor - left)
        elif is_next:
            self._miss(one, one.minor)
        return _Place.WITHIN

    def _after_success(self, one: Transaction) -> _Place:
        left = self.episode.left_minor
        if self._is_next_bill(one) and one.minor == self.price_minor:
            if self.rhythm.bills_outstanding:
                return _Place.AFTER
            self.billed_at = one.at
            return _Place.BESIDE
        if self.rhythm.bills_outstanding and one.minor > left and self._is_new_cycle(one):
            self._miss(one, one.minor - left)
        self.episode.left_minor -= one.minor
        return _Place.WITHIN

    def _is_next_bill(self, one: Transaction) -> bool:
        return self._is_new_cycle(one) and self.rhythm.is_bill(one.at, since=self.billed_at)

    def _miss(self, one: Transaction, minor: int) -> None:
        self.episode.missed.append(Missed(at=one.at, minor=minor))
        self.episode.left_minor += minor
        self.billed_at = one.at

    def _is_new_cycle(self, one: Transaction) -> bool:
        return one.at >= self.rhythm.after(self.billed_at, 1) - _GIVE_OR_TAKE
