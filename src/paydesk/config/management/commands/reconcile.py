"""Compare connections whole with their companies, mend what is safe, and report what a person has to look at."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError, CommandParser

from paydesk.config.management.named import named_connection, named_merchant
from paydesk.config.management.one_line import OneLine
from paydesk.config.management.said_reconciliations import in_json, sentences
from paydesk.gateways.contract import GatewayRefused, GatewayUnreachable
from paydesk.gateways.registry import GatewayMissing
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from paydesk.sync.list_customers import lists_customers
from paydesk.sync.models import Reconciliation
from paydesk.sync.reconciliation.reconcile import reconcile
from paydesk.sync.run_lease import LeaseLost, RunGoingOn

_TO_LOOK_AT, _NOT_FINISHED = 1, 2


@dataclass(frozen=True, kw_only=True)
class _Done:
    """What became of one connection; `trouble`: why it was not finished."""

    connection: Connection
    run: Reconciliation | None
    trouble: str = ""


class Command(BaseCommand):
    help = (
        "Compare all that a merchant's payment companies have with the books; mirror what is missing or stale, and"
        " report the rest. After a kill the next call goes on. Ends with 0 when all agrees, 1 when a person has to look"
        " (with --dry-run also when something is to be mended), 2 when a connection could not be compared to its end."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--merchant", required=True, help="the merchant's short name")
        parser.add_argument("--connection", help="the connection's name; without it, all that are open")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            dest="is_dry_run",
            help="say what would be mended; write nothing",
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="a list of JSON objects")

    def handle(
        self, *, merchant: str, connection: str | None, is_dry_run: bool, as_json: bool, **_: object
    ) -> None:
        found = named_merchant(merchant)
        done = []
        for one in _chosen(found, connection):
            done.append(self._one(found, one, is_dry_run=is_dry_run, is_quiet=as_json))
            if not as_json:
                self._say(found, done[-1], is_dry_run=is_dry_run)
        if as_json:
            self.stdout.write(
                json.dumps(
                    [in_json(one.connection, one.run, one.trouble, is_dry_run=is_dry_run) for one in done]
                )
            )
        _end(done, is_dry_run=is_dry_run)

    def _one(
        self, merchant: MerchantInSight, connection: Connection, *, is_dry_run: bool, is_quiet: bool
    ) -> _Done:
        progress = _Progress(line=OneLine(out=self.stdout, clock=time.monotonic), name=connection.name)
        try:
            run = reconcile(
                merchant=merchant,
                connection=connection,
                is_dry_run=is_dry_run,
                on_progress=_quiet if is_quiet else progress.show,
            )
        except GatewayUnreachable as silent:
            return _Done(connection=connection, run=None, trouble=f"The company does not answer: {silent}")
        except GatewayRefused as refused:
            return _Done(connection=connection, run=None, trouble=f"The company refuses to answer: {refused}")
        except (GatewayMissing, RunGoingOn, LeaseLost) as refused:
            return _Done(connection=connection, run=None, trouble=str(refused))
        finally:
            progress.line.end()
        return _Done(connection=connection, run=run)

    def _say(self, merchant: MerchantInSight, done: _Done, *, is_dry_run: bool) -> None:
        if done.run is not None:
            lists = lists_customers(merchant, done.connection)
            for sentence in sentences(
                done.connection, done.run, is_dry_run=is_dry_run, lists_customers=lists
            ):
                self.stdout.write(sentence)


def _chosen(merchant: MerchantInSight, name: str | None) -> Iterator[Connection]:
    if name is not None:
        yield named_connection(merchant, name)
        return
    yield from Connection.objects.filter(merchant_id=merchant.id, removed_at__isnull=True).order_by("id")


def _end(done: list[_Done], *, is_dry_run: bool) -> None:
    """End as scripts expect it, with what went wrong last."""
    if troubles := [f"{one.connection.name}: {one.trouble}" for one in done if one.trouble]:
        words = "\n".join([*troubles, "Run the same command again; it goes on where it was."])
        raise CommandError(words, returncode=_NOT_FINISHED)
    runs = [one.run for one in done if one.run is not None]
    if count := sum(sum(run.found_counts.values()) for run in runs):
        raise CommandError(f"For a person to look at: {count:,}.", returncode=_TO_LOOK_AT)
    if is_dry_run and (count := sum(sum(run.mended.values()) for run in runs)):
        raise CommandError(f"To be mended: {count:,}.", returncode=_TO_LOOK_AT)


def _quiet(_run: Reconciliation, _busy_until: datetime | None) -> None:
    """A machine reads what comes at the end."""


@dataclass(kw_only=True)
class _Progress:
    """Says how far it is."""

    line: OneLine
    name: str
    _began_at: float = field(default_factory=time.monotonic, init=False)

    def show(self, run: Reconciliation, busy_until: datetime | None) -> None:
        """Say it."""
        minutes, seconds = divmod(int(time.monotonic() - self._began_at), 60)
        waits = f"; the company wants to be left alone until {busy_until:%H:%M:%S} UTC" if busy_until else ""
        self.line.show(
            f"{self.name}: {run.customers_count:,} customers and {run.payments_count:,} payments compared,"
            f" {sum(run.mended.values()):,} mended, {sum(run.found_counts.values()):,} to look at,"
            f" {minutes}:{seconds:02}{waits}"
        )
