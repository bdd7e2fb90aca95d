"""Close a connection: its credentials are forgotten; its history stays for customers to read."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser

from paydesk.config.management.named import named_connection, named_merchant
from paydesk.kit import clock
from paydesk.sync.disconnect import DisconnectRefused, disconnect


class Command(BaseCommand):
    help = "Close a connection. What was imported stays; credentials are forgotten and webhooks refused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--merchant", required=True, help="the merchant's short name")
        parser.add_argument("--connection", required=True, help="the connection's name")

    def handle(self, *, merchant: str, connection: str, **_: object) -> None:
        found = named_merchant(merchant)
        closing = named_connection(found, connection)
        try:
            disconnect(merchant_id=found.id, connection_id=closing.id, now=clock.wall_now())
        except DisconnectRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{closing.name!r} is closed. Delete its webhook and its keys at the company, too.")
