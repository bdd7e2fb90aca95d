"""Import what a payment company knows of a merchant's customers, agreements to collect, or what was sent of orders."""  # noqa: N999  the command is called import

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from paydesk.billing.arrangements.imported.bring_in import FileWanted, import_agreements
from paydesk.billing.arrangements.start import StartRefused
from paydesk.billing.orders.shipments.imported.bring_in import import_shipments
from paydesk.config.management.forecast_words import forecast_words
from paydesk.config.management.named import named_connection, named_merchant
from paydesk.config.management.one_line import OneLine
from paydesk.gateways.contract import GatewayRefused, GatewayUnreachable
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock
from paydesk.kit.spreadsheets.table import FileRefused, LinesRefused
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from paydesk.sync.import_history import import_history
from paydesk.sync.list_customers import lists_customers
from paydesk.sync.models import ImportRun
from paydesk.sync.run_lease import LeaseLost, RunGoingOn


class Command(BaseCommand):
    help = (
        "Import customers, methods, subscriptions and payments of one connection; after a kill the next call goes on."
        " With --agreements: payment plans and subscriptions that Paydesk shall collect through it, from a CSV"
        " (docs/agreements-csv.md), all or none. With --shipments: where the parcels of orders are, from a CSV"
        " (docs/shipments-csv.md), all or none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--merchant", required=True, help="the merchant's short name")
        parser.add_argument("--connection", help="the connection's name; needed but for --shipments")
        parser.add_argument("--agreements", metavar="FILE.csv", help="agreements that Paydesk shall collect")
        parser.add_argument("--shipments", metavar="FILE.csv", help="where the parcels of orders are")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            dest="is_dry_run",
            help="with --agreements or --shipments: write nothing",
        )
        parser.add_argument(
            "--past",
            action="store_true",
            dest="allows_past",
            help="with --agreements: charge at once what should have been paid before today",
        )

    def handle(
        self,
        *,
        merchant: str,
        connection: str | None,
        agreements: str | None,
        shipments: str | None,
        is_dry_run: bool,
        allows_past: bool,
        **_: object,
    ) -> None:
        found = named_merchant(merchant)
        if shipments is not None:
            if connection is not None or agreements is not None or allows_past:
                raise CommandError("--shipments goes with --merchant and --dry-run alone.")
            self._bring_in_shipments(found, shipments, is_dry_run=is_dry_run)
            return
        if connection is None:
            raise CommandError("Say which --connection; only --shipments goes without.")
        at = named_connection(found, connection)
        if agreements is not None:
            self._bring_in(found, at, agreements, is_dry_run=is_dry_run, allows_past=allows_past)
        elif is_dry_run or allows_past:
            raise CommandError(
                "--dry-run and --past go with --agreements FILE.csv, --dry-run with --shipments too."
            )
        else:
            self._import_history(found, at)

    def _import_history(self, merchant: MerchantInSight, connection: Connection) -> None:
        progress = Progress(
            line=OneLine(out=self.stdout, clock=time.monotonic), expected_count=_last_count(connection)
        )
        try:
            run = import_history(merchant=merchant, connection=connection, on_progress=progress.show)
        except GatewayUnreachable as silent:
            raise CommandError(f"{silent}\nRun the same command again; it goes on where it was.") from silent
        except (GatewayMissing, GatewayRefused, RunGoingOn, LeaseLost) as refused:
            raise CommandError(str(refused)) from refused
        finally:
            progress.line.end()
        if not lists_customers(merchant, connection):
            self.stdout.write(
                "This company keeps no list of its customers: they come to Paydesk as methods are saved for them here."
                f" Of the {run.customers_count:,} known here it was asked for everything."
            )
        if run.unlinked_count:
            self.stdout.write(f"{run.unlinked_count} customers have no e-mail address and wait for staff.")
        self.stdout.write("Done.")

    def _bring_in(
        self,
        merchant: MerchantInSight,
        connection: Connection,
        name: str,
        *,
        is_dry_run: bool,
        allows_past: bool,
    ) -> None:
        line = OneLine(out=self.stdout, clock=time.monotonic)
        line.show("Looking at every line")
        try:
            forecast = import_agreements(
                merchant=merchant,
                connection=connection,
                file=FileWanted(
                    content=Path(name).read_bytes(), allows_past=allows_past, is_dry_run=is_dry_run
                ),
                now=clock.wall_now(),
                on_written=lambda count, of: line.show(f"{count:,} of {of:,} agreements written"),
            )
        except LinesRefused as refused:
            raise CommandError(_nothing_written(refused)) from refused
        except (OSError, FileRefused, StartRefused) as refused:
            raise CommandError(f"{refused}\nNothing was written.") from refused
        finally:
            line.end()
        for words in forecast_words(forecast, is_dry_run=is_dry_run):
            self.stdout.write(words)
        self.stdout.write("Nothing was written: this was a dry run." if is_dry_run else "Done.")

    def _bring_in_shipments(self, merchant: MerchantInSight, name: str, *, is_dry_run: bool) -> None:
        try:
            kept = import_shipments(merchant=merchant, content=Path(name).read_bytes(), is_dry_run=is_dry_run)
        except LinesRefused as refused:
            raise CommandError(_nothing_written(refused)) from refused
        except (OSError, FileRefused) as refused:
            raise CommandError(f"{refused}\nNothing was written.") from refused
        would = "would be" if is_dry_run else "were"
        self.stdout.write(
            f"Shipments: {kept.made_count:,} {would} added, {kept.changed_count:,} {would} changed,"
            f" {kept.same_count:,} stand there like that already."
        )
        self.stdout.write("Nothing was written: this was a dry run." if is_dry_run else "Done.")


def _nothing_written(refused: LinesRefused) -> str:
    is_wrong = "line is" if refused.lines_count == 1 else "lines are"
    return f"{refused}\nNothing was written: {refused.lines_count:,} {is_wrong} wrong."


@dataclass(kw_only=True)
class Progress:
    """Says how far an import is. The company does not say how many customers it has; the last import counted them."""

    line: OneLine
    expected_count: int
    _began_at: float | None = field(default=None, init=False)
    _began_count: int = field(default=0, init=False)

    def show(self, run: ImportRun) -> None:
        """Say it."""
        if self._began_at is None:
            self._began_at, self._began_count = self.line.clock(), run.payments_count
        self.line.show(self._line(run))

    def _line(self, run: ImportRun) -> str:
        seconds = self.line.clock() - (self._began_at or 0.0)
        rate = (run.payments_count - self._began_count) / seconds if seconds > 1 else 0.0
        of = f" of about {self.expected_count:,}" if self.expected_count else ""
        minutes, rest = divmod(int(seconds), 60)
        return (
            f"{run.customers_count:,}{of} customers, {run.subscriptions_count:,} subscriptions,"
            f" {run.payments_count:,} payments"
            + (f", {rate:,.0f} payments a second" if rate else "")
            + f", {minutes}:{rest:02}"
        )


def _last_count(connection: Connection) -> int:
    """Give how many customers the last finished import found; 0 when there was none."""
    finished = ImportRun.objects.filter(
        merchant_id=connection.merchant_id, connection_id=connection.id, finished_at__isnull=False
    )
    last = finished.order_by("-finished_at").first()
    return last.customers_count if last else 0
