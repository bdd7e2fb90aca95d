"""Say on which days the payments of an agreement are due. Anchored: no day is reckoned from the one before.

Days are calendar days in the merchant's zone. What comes after 31 January is 28 or 29 February and then 31 March again:
reckoned from the one before, it would stay the 28th for ever.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, takewhile
from zoneinfo import ZoneInfo

_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
#: No instant is told more finely: the rules of zones change on whole seconds.
_FINEST = timedelta(seconds=1)


class RhythmRefused(ValueError):
    """There is no such rhythm, or its days lie beyond the calendar. The words are for staff."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rhythm:
    """Every so many units from the anchor, which is the local day of the first regular payment."""

    unit: str
    count: int
    anchor: date

    def __post_init__(self) -> None:
        if self.unit not in _DAYS and self.unit not in _MONTHS:
            raise RhythmRefused(
                f"A payment can be due by the day, week, month or year, not by {self.unit!r}."
            )
        if self.count < 1:
            raise RhythmRefused("Payments are one unit apart at least.")

    def day(self, index: int) -> date:
        """Give the day of a payment; the anchor has index 0. Raises RhythmRefused after the year 9999."""
        if index < 0:
            raise AssertionError("no payment comes before the anchor")
        try:
            return shifted(self.anchor, unit=self.unit, units=index * self.count)
        except (OverflowError, ValueError) as beyond:
            raise RhythmRefused("That payment would be due after the year 9999.") from beyond

    def first_index_from(self, day: date) -> int:
        """Give the smallest index whose day is on or after a day."""
        if day <= self.anchor:
            return 0
        if self.unit in _DAYS:
            return -(-(day - self.anchor).days // (self.count * _DAYS[self.unit]))
        months = (day.year - self.anchor.year) * 12 + day.month - self.anchor.month
        # The last one in a month that is not after that of the day: if it comes too early, the next comes late enough.
        index = months // (self.count * _MONTHS[self.unit])
        return index if self.day(index) >= day else index + 1

    def days_between(self, first: date, last: date) -> list[tuple[int, date]]:
        """Give index and day of every payment from the first day to the last, both counted in."""
        numbered = ((index, self.day(index)) for index in count(self.first_index_from(first)))
        return list(takewhile(lambda one: one[1] <= last, numbered))


def shifted(day: date, *, unit: str, units: int) -> date:
    """Give the day so many units on, or back where negative; a shorter month gives its last."""
    if unit in _DAYS:
        return day + timedelta(days=units * _DAYS[unit])
    return _months_after(day, units * _MONTHS[unit])


def starts_at(day: date, *, zone: str) -> datetime:
    """Give the first instant of a local calendar day, in UTC.

    Where clocks are put forward at midnight, that is when the day begins, at one o'clock perhaps. Where they are put
    back over midnight, the earlier of the two counts. A day that a zone left out gives the beginning of the next.
    """
    midnight = datetime.combine(day, time.min, tzinfo=ZoneInfo(zone))
    by_old_clocks = midnight.astimezone(UTC)
    by_new_clocks = midnight.replace(fold=1).astimezone(UTC)
    if by_old_clocks <= by_new_clocks:
        return by_old_clocks
    # By the new clocks it was over before they were put forward, by the old ones it never came: it began in between.
    return _first_instant_of(day, zone=ZoneInfo(zone), before=by_new_clocks, not_after=by_old_clocks)


def _first_instant_of(day: date, *, zone: ZoneInfo, before: datetime, not_after: datetime) -> datetime:
    while not_after - before > _FINEST:
        middle = before + (not_after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).date() < day:
            before = middle
        else:
            not_after = middle
    return not_after


def _months_after(anchor: date, months: int) -> date:
    """Give the anchor's day so many months on, or that month's last."""
    years, month = divmod(anchor.month - 1 + months, 12)
    year = anchor.year + years
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))
