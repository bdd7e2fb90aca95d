"""A reconciliation in hand: its row, which each commit proves to be ours; or, for a dry run, nothing but memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.database.transactions import in_transaction
from paydesk.kit import clock
from paydesk.merchants.models import Connection
from paydesk.sync.models import Reconciliation
from paydesk.sync.run_lease import Held, held_run


class Hand(Protocol):
    """What a reconciliation stands on. `is_dry_run`: nothing may be written."""

    is_dry_run: bool

    @property
    def run(self) -> Reconciliation: ...

    def renew(self) -> None:
        """Keep the lease while a company is waited for; raises LeaseLost."""

    def write(self, **changes: object) -> None:
        """Keep how far it is; raises LeaseLost, with which a transaction ends."""

    def mark(self, references: list[str]) -> None:
        """Note that these customers are compared."""

    def unseen(self, owners: list[GatewayCustomer]) -> list[GatewayCustomer]:
        """Give those of whom this run has not compared anything yet."""


@dataclass(kw_only=True)
class KeptHand:
    """A run that writes: it goes on after a kill, and one process has it at a time."""

    connection: Connection
    held: Held[Reconciliation]
    is_dry_run: bool = False

    @property
    def run(self) -> Reconciliation:
        return self.held.run

    def renew(self) -> None:
        self.held.renew()

    def write(self, **changes: object) -> None:
        in_transaction(lambda: self.held.write(**changes))
        self.held.reread()

    def mark(self, references: list[str]) -> None:
        GatewayCustomer.objects.filter(
            merchant_id=self.connection.merchant_id,
            connection_id=self.connection.id,
            reference__in=references,
        ).update(reconciled_at=clock.wall_now())

    def unseen(self, owners: list[GatewayCustomer]) -> list[GatewayCustomer]:
        begun_at = self.run.started_at
        return [one for one in owners if one.reconciled_at is None or one.reconciled_at < begun_at]


@dataclass(kw_only=True)
class DryHand:
    """A run that only looks."""

    run: Reconciliation
    is_dry_run: bool = True
    _seen: set[str] = field(default_factory=set)

    def renew(self) -> None:
        """Nobody else is kept out: it writes nothing."""

    def write(self, **changes: object) -> None:
        for name, value in changes.items():
            setattr(self.run, name, value)

    def mark(self, references: list[str]) -> None:
        self._seen.update(references)

    def unseen(self, owners: list[GatewayCustomer]) -> list[GatewayCustomer]:
        return [one for one in owners if one.reference not in self._seen]


@contextmanager
def hand_of(connection: Connection, *, is_dry_run: bool) -> Iterator[Hand]:
    """Begin one, or go on with the one that is not finished; raises RunGoingOn."""
    known = {"merchant_id": connection.merchant_id, "connection_id": connection.id}
    if is_dry_run:
        yield DryHand(run=Reconciliation(**known, started_at=clock.wall_now()))
        return
    with held_run(Reconciliation, **known) as held:
        yield KeptHand(connection=connection, held=held)
