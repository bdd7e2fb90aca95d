"""Say which money moved, as a company's records tell it and as the ledger has it, so that the two can be compared.

A fact is one thing that moved money at the company: a charge, a refund, a dispute that took it, one that was won. What
was paid from a balance or elsewhere moved nothing there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from paydesk.billing.ledger.models import LedgerEntry, LedgerLine
from paydesk.billing.payments.mirrored.back import takes_money
from paydesk.billing.payments.mirrored.sums import successes, taken_by
from paydesk.billing.payments.models import Payment
from paydesk.gateways.records import CollectibleRecord
from paydesk.kit.money import Money
from paydesk.merchants.models import Connection

_Kind = LedgerEntry.Kind
_MOVED = [_Kind.CHARGE, _Kind.REFUND, _Kind.DISPUTE, _Kind.REVERSAL, _Kind.REFUND_REVERSAL]


class Moved(NamedTuple):
    """Names a fact: what it is, and the company's own reference."""

    kind: str
    reference: str


class Fact(NamedTuple):
    """How much moved, when by the company's time, and for which of our payments (0: the company tells it)."""

    amount: Money
    at: datetime
    payment_id: int = 0


Facts = Mapping[Moved, Fact]


def facts_said(records: Iterable[CollectibleRecord]) -> dict[Moved, Fact]:
    """List what a company says has moved."""
    return {moved: fact for record in records for moved, fact in _said(record)}


def _said(record: CollectibleRecord) -> Iterator[tuple[Moved, Fact]]:
    for tried in successes(record):
        at = tried.outcome.occurred_at or tried.created_at
        yield Moved(_Kind.CHARGE, tried.reference), Fact(taken_by(tried, record), at)
    for refund in record.refunds:
        if refund.state == "succeeded":
            yield Moved(_Kind.REFUND, refund.reference), Fact(refund.amount, refund.created_at)
    for dispute in record.disputes:
        if takes_money(dispute):
            yield Moved(_Kind.DISPUTE, dispute.reference), Fact(dispute.amount, dispute.created_at)
        if dispute.state == "won":
            yield Moved(_Kind.REVERSAL, dispute.reference), Fact(dispute.amount, dispute.created_at)


def facts_kept(
    connection: Connection, *, payment_ids: Sequence[int], said: Iterable[Moved]
) -> dict[Moved, Fact]:
    """List what the ledger has of these payments, and of whatever was said. A refund that failed later is no fact."""
    references = {moved.reference for moved in said}
    return _facts(connection, Q(payment_id__in=payment_ids) | Q(reference__in=references))


def facts_of_nobody(connection: Connection, *, most: int) -> dict[Moved, Fact]:
    """List what the ledger has for payments that belong to no customer at the company."""
    owned = Payment.objects.filter(
        merchant_id=connection.merchant_id, connection_id=connection.id, gateway_customer_id__isnull=False
    )
    mine = LedgerEntry.objects.filter(merchant_id=connection.merchant_id, connection_id=connection.id)
    alone = mine.filter(kind__in=_MOVED).exclude(payment_id__in=owned.values("id"))
    return _facts(connection, Q(id__in=list(alone.order_by("id").values_list("id", flat=True)[:most])))


def _facts(connection: Connection, which: Q) -> dict[Moved, Fact]:
    mine = LedgerEntry.objects.filter(merchant_id=connection.merchant_id, connection_id=connection.id)
    entries = {entry.id: entry for entry in mine.filter(which, kind__in=_MOVED)}
    lines = LedgerLine.objects.filter(
        merchant_id=connection.merchant_id, entry_id__in=list(entries), account="gateway"
    )
    found = {}
    for line in lines:
        entry = entries[line.entry_id]
        amount = Money(abs(line.amount_minor), line.currency)
        found[Moved(entry.kind, entry.reference)] = Fact(amount, entry.occurred_at, entry.payment_id)
    reversed_ones = [moved for moved in found if moved.kind == _Kind.REFUND_REVERSAL]
    for moved in reversed_ones:
        found.pop(moved)
        found.pop(Moved(_Kind.REFUND, moved.reference), None)
    return found
