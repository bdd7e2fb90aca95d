"""What the tries of a collectible took together, which of them paid it, and what was paid beside them."""

from __future__ import annotations

from collections.abc import Sequence

from paydesk.billing.ledger.models import LedgerEntry
from paydesk.gateways.records import (
    AttemptRecord,
    CollectibleRecord,
    CollectibleState,
    SettledBy,
    Verdict,
)
from paydesk.kit.money import Money

#: What is entered into the books when no attempt paid, or not all of it: no company says of a part where it came from.
_BESIDE = {
    SettledBy.BALANCE: LedgerEntry.Kind.BALANCE,
    SettledBy.EXTERNAL: LedgerEntry.Kind.EXTERNAL,
    SettledBy.ATTEMPT: LedgerEntry.Kind.EXTERNAL,
}


def successes(record: CollectibleRecord) -> Sequence[AttemptRecord]:
    """Give the tries that moved money, oldest first."""
    return [attempt for attempt in record.attempts if attempt.outcome.verdict is Verdict.SUCCEEDED]


def taken_by(attempt: AttemptRecord, record: CollectibleRecord) -> Money:
    """Give what a success took: all of it, where the company does not say."""
    return attempt.outcome.amount or record.amount


def charge_that_paid(record: CollectibleRecord) -> str:
    """Name the charge with which a collectible was paid: the last, where nothing was left to be paid beside it.

    Empty while it is not paid, and where the rest was paid outside: then a charge that we know nothing of is a part,
    which may be anybody's.
    """
    paid = successes(record)
    is_whole = record.state is CollectibleState.PAID and _taken_minor(record) >= record.amount.minor
    return paid[-1].reference if paid and is_whole else ""


def paid_beside(record: CollectibleRecord) -> tuple[LedgerEntry.Kind, Money] | None:
    """Say what no charge of a paid collectible took, and from where it came; None: nothing, or it is not known."""
    kind = _BESIDE.get(record.settled_by) if record.settled_by else None
    rest = record.amount.minor - _taken_minor(record)
    if kind is None or record.state is not CollectibleState.PAID or rest <= 0:
        return None
    return kind, Money(rest, record.amount.currency)


def _taken_minor(record: CollectibleRecord) -> int:
    return sum(taken_by(attempt, record).minor for attempt in successes(record))
