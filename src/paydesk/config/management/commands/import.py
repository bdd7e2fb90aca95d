"""Import what a payment company knows of a merchant's customers. After a kill, the next call goes on."""  # noqa: N999  the command is called import

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper

from paydesk.config.management.named import named_connection, named_merchant
from paydesk.gateways.contract import GatewayRefused, GatewayUnreachable
from paydesk.gateways.registry import GatewayMissing
from paydesk.merchants.models import Connection
from paydesk.sync.import_history import import_history
from paydesk.sync.import_lease import ImportRunning, LeaseLost
from paydesk.sync.models import ImportRun

#: How often a log gets a line; a terminal has one line, which is written anew.
_LINE_SECONDS = 5.0


class Command(BaseCommand):
    help = "Import customers, methods, subscriptions and payments of one connection."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--merchant", required=True, help="the merchant's short name")
        parser.add_argument("--connection", required=True, help="the connection's name")

    def handle(self, *, merchant: str, connection: str, **_: object) -> None:
        found = named_merchant(merchant)
        at = named_connection(found, connection)
        progress = Progress(out=self.stdout, clock=time.monotonic, expected_count=_last_count(at))
        try:
            run = import_history(merchant=found, connection=at, on_progress=progress.show)
        except GatewayUnreachable as silent:
            raise CommandError(f"{silent}\nRun the same command again; it goes on where it was.") from silent
        except (GatewayMissing, GatewayRefused, ImportRunning, LeaseLost) as refused:
            raise CommandError(str(refused)) from refused
        finally:
            progress.end()
        if run.unlinked_count:
            self.stdout.write(f"{run.unlinked_count} customers have no e-mail address and wait for staff.")
        self.stdout.write("Done.")


@dataclass(kw_only=True)
class Progress:
    """Says how far an import is. The company does not say how many customers it has; the last import counted them."""

    out: OutputWrapper
    clock: Callable[[], float]
    expected_count: int
    _began_at: float | None = field(default=None, init=False)
    _said_at: float = field(default=float("-inf"), init=False)
    _began_count: int = field(default=0, init=False)
    _last: ImportRun | None = field(default=None, init=False)
    _is_said: bool = field(default=True, init=False)

    def show(self, run: ImportRun) -> None:
        """Say it on one line of a terminal; in a log every few seconds."""
        now = self.clock()
        if self._began_at is None:
            self._began_at, self._began_count = now, run.payments_count
        self._last, self._is_said = run, False
        if self.out.isatty():
            self.out.write(f"\r\x1b[K{self._line(run)}", ending="")
            self.out.flush()
        elif now - self._said_at >= _LINE_SECONDS:
            self._say(run)

    def end(self) -> None:
        """Leave the last word standing."""
        if self._last is None:
            return
        if self.out.isatty():
            self.out.write("")
        elif not self._is_said:
            self._say(self._last)

    def _say(self, run: ImportRun) -> None:
        self._said_at, self._is_said = self.clock(), True
        self.out.write(self._line(run))
        self.out.flush()

    def _line(self, run: ImportRun) -> str:
        seconds = self.clock() - (self._began_at or 0.0)
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
