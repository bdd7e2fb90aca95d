"""Import what a payment company knows of a merchant's customers. After a kill, the next call goes on."""  # noqa: N999  the command is called import

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser

from paydesk.config.management.named import named_connection, named_merchant
from paydesk.gateways.contract import GatewayRefused, GatewayUnreachable
from paydesk.gateways.registry import GatewayMissing
from paydesk.sync.import_history import import_history
from paydesk.sync.models import ImportRun


class Command(BaseCommand):
    help = "Import customers, methods, subscriptions and payments of one connection."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--merchant", required=True, help="the merchant's short name")
        parser.add_argument("--connection", required=True, help="the connection's name")

    def handle(self, *, merchant: str, connection: str, **_: object) -> None:
        found = named_merchant(merchant)
        try:
            run = import_history(
                merchant=found, connection=named_connection(found, connection), on_progress=self._show
            )
        except GatewayUnreachable as silent:
            raise CommandError(f"{silent}\nRun the same command again; it goes on where it was.") from silent
        except (GatewayMissing, GatewayRefused) as refused:
            raise CommandError(str(refused)) from refused
        if run.unlinked_count:
            self.stdout.write(f"{run.unlinked_count} customers have no e-mail address and wait for staff.")
        self.stdout.write("Done.")

    def _show(self, run: ImportRun) -> None:
        self.stdout.write(
            f"{run.customers_count} customers, {run.subscriptions_count} subscriptions, {run.payments_count} payments"
        )
        self.stdout.flush()
