"""Add up what moved at a company and what the ledger has of it, by currency, so that a whole connection is compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from paydesk.billing.ledger.models import LedgerEntry
from paydesk.kit.money import Money
from paydesk.sync.reconciliation.compare import Sides
from paydesk.sync.reconciliation.differences import Difference, Kind

Sums = Mapping[str, Mapping[str, int]]

_NAMES: Mapping[str, str] = {
    LedgerEntry.Kind.CHARGE: "charged",
    LedgerEntry.Kind.REFUND: "refunded",
    LedgerEntry.Kind.DISPUTE: "disputed",
    LedgerEntry.Kind.REVERSAL: "won back",
}


def sums_of(sides: Sides) -> dict[str, dict[str, int]]:
    """Add up, by currency, what was charged, refunded and disputed: at the company, and in the ledger."""
    payments = {payment.id for payment in sides.books.payments()}
    kept = {moved: fact for moved, fact in sides.kept().items() if fact.payment_id in payments}
    elsewhere = sides.books.kept.keys() - kept.keys()
    said = {moved: fact for moved, fact in sides.said().items() if moved not in elsewhere}
    sums: dict[str, dict[str, int]] = {}
    for side, facts in (("there", said), ("here", kept)):
        for moved, fact in facts.items():
            of_currency = sums.setdefault(fact.amount.currency, {})
            name = f"{_NAMES[moved.kind]} {side}"
            of_currency[name] = of_currency.get(name, 0) + fact.amount.minor
    return sums


def add_sums(sums: Sums, more: Sums) -> dict[str, dict[str, int]]:
    """Add two of them."""
    return {
        currency: added(sums.get(currency, {}), more.get(currency, {}))
        for currency in sorted(sums.keys() | more.keys())
    }


def added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """Add name by name, in the order of the names."""
    return {name: one.get(name, 0) + other.get(name, 0) for name in sorted(one.keys() | other.keys())}


def sums_that_differ(sums: Sums) -> Iterator[Difference]:
    """Name each sum of a connection that is not the same on both sides."""
    for currency, of_currency in sums.items():
        for name in _NAMES.values():
            there, here = of_currency.get(f"{name} there", 0), of_currency.get(f"{name} here", 0)
            if there != here:
                yield Difference(
                    kind=Kind.SUMS,
                    reference=f"{name} {currency}",
                    what=name,
                    there=Money(there, currency),
                    here=Money(here, currency),
                )
