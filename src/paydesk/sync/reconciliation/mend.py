"""Mend what is safe: mirror what the company says now, of which the books have nothing, or something older."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from paydesk.billing.payments.mirrored.whole_customer import WholeCustomer
from paydesk.billing.payments.models import Payment
from paydesk.database.transactions import in_transaction
from paydesk.gateways.contract import Gateway
from paydesk.gateways.records import CollectibleRecord, CollectibleState
from paydesk.merchants.models import Connection
from paydesk.sync.compare.known import as_it_was
from paydesk.sync.reconciliation.books import Books, mended, read_books
from paydesk.sync.reconciliation.money_facts import Fact, Moved, facts_said
from paydesk.sync.take_over import mirror_whole


@dataclass(frozen=True, kw_only=True, slots=True)
class Mended:
    """What was mended, by table, and what the books have now; after a dry run: would be, and would have."""

    counts: Mapping[str, int]
    books: Books


class _Undone(Exception):
    """Ends a transaction whose writing was only for looking."""


def mend(
    *,
    connection: Connection,
    gateway: Gateway,
    wholes: Sequence[WholeCustomer],
    only: Sequence[str] | None,
    is_dry_run: bool,
) -> Mended:
    """Write, and compare before with after, in one transaction; a dry run does the same and takes it back.

    `only`: see `read_books`.
    """
    found: list[Mended] = []

    def step() -> None:
        found[:] = [_mend(connection, gateway, wholes, only)]
        if is_dry_run:
            raise _Undone

    with suppress(_Undone):
        in_transaction(step)
    [answer] = found
    return answer


def _mend(
    connection: Connection, gateway: Gateway, wholes: Sequence[WholeCustomer], only: Sequence[str] | None
) -> Mended:
    before = read_books(connection, wholes, only=only)
    known = before.owners()
    records = [record for whole in wholes for record in whole.collectibles]
    unchanged = as_it_was(connection, records)
    are_there = _AreThere.of(before)
    in_order = {one.reference for one in records if one.reference in unchanged and are_there.all_of(one)}
    for whole in wholes:
        mirror_whole(
            connection=connection,
            gateway=gateway,
            whole=whole,
            in_order=in_order,
            # Of whom nothing was known here, nothing is news: it is an import.
            is_news=whole.customer.reference in known,
        )
    after = read_books(connection, wholes, only=only)
    return Mended(counts=mended(before, after), books=after)


@dataclass(frozen=True, kw_only=True, slots=True)
class _AreThere:
    """What is in the books by the company's names: what was lost here is written again, be it unchanged there."""

    payments: Mapping[str, Payment]
    tables: Mapping[str, set[str]]
    kept: Mapping[Moved, Fact]

    @classmethod
    def of(cls, books: Books) -> Self:
        return cls(
            payments={payment.reference: payment for payment in books.payments()},
            tables={table: books.references(table) for table in ("attempts", "refunds", "disputes")},
            kept=books.kept,
        )

    def all_of(self, record: CollectibleRecord) -> bool:
        """Say whether all that a record tells is there, and its money."""
        payment = self.payments.get(record.reference)
        is_paid = record.state is CollectibleState.PAID
        if payment is not None and (payment.state == Payment.State.PAID) != is_paid:
            return False
        return (
            self.tables["attempts"] >= {one.reference for one in record.attempts}
            and self.tables["refunds"] >= {one.reference for one in record.refunds}
            and self.tables["disputes"] >= {one.reference for one in record.disputes}
            and self._has_money_of(record)
        )

    def _has_money_of(self, record: CollectibleRecord) -> bool:
        return all(
            moved in self.kept and self.kept[moved].amount == fact.amount
            for moved, fact in facts_said([record]).items()
        )
