"""Name money in the ledger that belongs to no customer of the company, and that the company does not know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from paydesk.billing.ledger.models import LedgerEntry
from paydesk.gateways.contract import Gateway
from paydesk.merchants.models import Connection
from paydesk.sync.read_ahead import Readers
from paydesk.sync.reconciliation.compare import told_until
from paydesk.sync.reconciliation.differences import Difference, Kind
from paydesk.sync.reconciliation.money_facts import Moved, facts_of_nobody

#: There should be none; what is more than this is named by the next run.
_MOST = 100


def leftover_money(
    connection: Connection, gateway: Gateway, *, asked_at: datetime, readers: Readers
) -> Iterator[Difference]:
    """Ask the company for each by name. Raises GatewayUnreachable, GatewayRefused."""
    until = told_until(gateway, asked_at)
    facts = facts_of_nobody(connection, most=_MOST).items()
    settled = {moved: fact for moved, fact in facts if fact.at <= until}
    answers = readers.answers([partial(_is_known, gateway, moved) for moved in settled])
    for (moved, fact), is_known in zip(settled.items(), answers, strict=True):
        if not is_known:
            yield Difference(
                kind=Kind.NOT_THERE, reference=moved.reference, what=moved.kind, here=fact.amount
            )


def _is_known(gateway: Gateway, moved: Moved) -> bool:
    if moved.kind == LedgerEntry.Kind.CHARGE:
        return gateway.read_collectible(moved.reference) is not None
    if moved.kind == LedgerEntry.Kind.REFUND:
        return gateway.find_refund(reference=moved.reference) is not None
    return gateway.read_dispute(moved.reference) is not None
