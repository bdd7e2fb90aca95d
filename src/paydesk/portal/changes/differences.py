"""Compare what is to come before and after a change: what moves, what is not charged, what stays as it is."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from paydesk.billing.arrangements.changes.preview import Preview
from paydesk.billing.arrangements.coming.upcoming import Upcoming

#: So many lines are enough to see how it goes on.
SHOWN_MAX = 6
#: What stays as it is and comes after the last change: shown so that one sees that it stays.
_SAME_AFTER = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One payment as it would be; `before` is its day today. Without a `day` it is not charged any more."""

    day: date | None
    before: date | None
    amount_minor: int
    currency: str
    position: int | None
    payments_total: int | None

    @property
    def is_changed(self) -> bool:
        """Say whether the change is about it."""
        return self.day != self.before


@dataclass(frozen=True, kw_only=True, slots=True)
class Differences:
    """The lines that are worth showing, and whether it goes on after them."""

    lines: Sequence[Line]
    goes_on: bool

    @property
    def has_changes(self) -> bool:
        """Say whether anything in the next twelve months would be otherwise."""
        return any(line.is_changed for line in self.lines)


def differences_of(preview: Preview) -> Differences:
    """Give the lines from the first change on, in the order of their days."""
    lines = _lines(_by_key(preview.before), _by_key(preview.after))
    changed = [index for index, line in enumerate(lines) if line.is_changed]
    if not changed:
        return Differences(lines=lines[:_SAME_AFTER], goes_on=len(lines) > _SAME_AFTER)
    first = max(0, changed[0] - 1)
    last = min(changed[-1] + _SAME_AFTER, first + SHOWN_MAX - 1)
    return Differences(lines=lines[first : last + 1], goes_on=last + 1 < len(lines))


def _by_key(found: Sequence[Upcoming]) -> dict[Hashable, Upcoming]:
    """A payment of ours is known by its number, one that a company is expected to collect by its day."""
    return {one.position or one.day: one for one in found if not one.is_overdue}


def _lines(before: Mapping[Hashable, Upcoming], after: Mapping[Hashable, Upcoming]) -> list[Line]:
    lines = [_line(before.get(key), after.get(key)) for key in {**before, **after}]
    return sorted(lines, key=lambda line: (line.day or line.before or date.max, line.position or 0))


def _line(before: Upcoming | None, after: Upcoming | None) -> Line:
    shown = after or before
    if shown is None:
        raise AssertionError("a line is of a payment")
    return Line(
        day=after.day if after else None,
        before=before.day if before else None,
        amount_minor=shown.amount_minor,
        currency=shown.currency,
        position=shown.position if shown.payments_total else None,
        payments_total=shown.payments_total,
    )
