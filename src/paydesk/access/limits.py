"""Limit how often something is done: one table of rules, counted exactly over the time that has just passed.

A limit holds back letters, never a person. Whoever hits the limit of an address sees the same page as ever, letters
that are out keep working, and a browser that has signed in before has an allowance of its own (T16).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from paydesk.access.keys import LIMIT, hash_of
from paydesk.access.models import LimitCount
from paydesk.database.transactions import locked


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """At most `most` in any span of this length."""

    most: int
    span: timedelta


ASKS_OF_A_NETWORK = "asks of a network"
LETTERS_TO_AN_ADDRESS = "letters to an address"
LETTERS_TO_A_KNOWN_BROWSER = "letters to a known browser"
WRONG_CODES_FOR_AN_ADDRESS = "wrong codes for an address"
NEW_ADDRESSES_OF_A_CUSTOMER = "new addresses of a customer"
CALENDAR_ASKED_FOR = "a calendar asked for"
CALENDARS_OF_A_NETWORK = "calendars of a network"
RECEIPTS_SENT_AGAIN = "receipts sent again"
RECEIPTS_OF_A_YEAR = "receipts of a year"

_LETTERS = (Rule(most=3, span=timedelta(minutes=15)), Rule(most=10, span=timedelta(days=1)))
LIMITS: dict[str, tuple[Rule, ...]] = {
    ASKS_OF_A_NETWORK: (Rule(most=20, span=timedelta(hours=1)),),
    LETTERS_TO_AN_ADDRESS: _LETTERS,
    LETTERS_TO_A_KNOWN_BROWSER: _LETTERS,
    NEW_ADDRESSES_OF_A_CUSTOMER: (
        Rule(most=5, span=timedelta(hours=1)),
        Rule(most=10, span=timedelta(days=1)),
    ),
    # Calendar programs ask every quarter of an hour at most; some ask from a few machines that many people share.
    CALENDAR_ASKED_FOR: (Rule(most=30, span=timedelta(hours=1)),),
    CALENDARS_OF_A_NETWORK: (Rule(most=600, span=timedelta(hours=1)),),
    # Letters to the customer's own address, and a download that may take seconds of a core.
    RECEIPTS_SENT_AGAIN: (Rule(most=5, span=timedelta(hours=1)), Rule(most=20, span=timedelta(days=1))),
    RECEIPTS_OF_A_YEAR: (Rule(most=6, span=timedelta(hours=1)),),
    # NIST SP 800-63B-4, 3.2.2: no more than 100 failures in a row. After them codes need their link beside them, until
    # somebody signs in with a link: the account itself is never closed.
    WRONG_CODES_FOR_AN_ADDRESS: (Rule(most=100, span=timedelta(days=3650)),),
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def free_again_at(moments: Sequence[datetime], *, rules: Sequence[Rule], now: datetime) -> datetime | None:
    """Say when one more is allowed, or None if it is allowed now. `moments` are sorted."""
    waits = []
    for rule in rules:
        recent = [moment for moment in moments if now - rule.span < moment <= now]
        if len(recent) >= rule.most:
            waits.append(recent[-rule.most] + rule.span)
    return max(waits, default=None)


def use(*, merchant_id: int, limit: str, subject: str, now: datetime) -> datetime | None:
    """Count one use and give None; or, when the limit is reached, count nothing and say when it is free again.

    What is refused is not counted: else an attacker who keeps asking would keep the limit shut for ever.
    Call inside a transaction: the row is locked, so that two at once cannot both take the last use.
    """
    mine = _row(merchant_id, limit, subject)
    LimitCount.objects.bulk_create(
        [LimitCount(merchant_id=merchant_id, limit=limit, subject_hash=_hash(limit, subject), last_at=now)],
        ignore_conflicts=True,
    )
    moments = [_read(moment) for moment in locked(mine).values_list("moments", flat=True).get()]
    wait = free_again_at(moments, rules=LIMITS[limit], now=now)
    if wait is None:
        mine.update(moments=_kept([*moments, now], LIMITS[limit], now), last_at=now)
    return wait


def is_used_up(*, merchant_id: int, limit: str, subject: str, now: datetime) -> bool:
    """Say whether the limit is reached, without counting."""
    moments = _row(merchant_id, limit, subject).values_list("moments", flat=True).first() or []
    return free_again_at([_read(moment) for moment in moments], rules=LIMITS[limit], now=now) is not None


def start_over(*, merchant_id: int, limit: str, subject: str) -> None:
    """Forget what was counted."""
    _row(merchant_id, limit, subject).update(moments=[])


def _row(merchant_id: int, limit: str, subject: str) -> QuerySet[LimitCount]:
    return LimitCount.objects.filter(merchant_id=merchant_id, limit=limit, subject_hash=_hash(limit, subject))


def _hash(limit: str, subject: str) -> bytes:
    return hash_of(f"{limit}|{subject}", purpose=LIMIT)


def _kept(moments: Sequence[datetime], rules: Sequence[Rule], now: datetime) -> list[int]:
    """Keep what a rule still looks at. Moments ahead of a clock that was set back would never end: they go."""
    oldest = now - max(rule.span for rule in rules)
    kept = sorted(moment for moment in moments if oldest < moment <= now)
    return [
        (moment - _EPOCH) // timedelta(microseconds=1) for moment in kept[-max(rule.most for rule in rules) :]
    ]


def _read(moment: int) -> datetime:
    return _EPOCH + timedelta(microseconds=moment)
