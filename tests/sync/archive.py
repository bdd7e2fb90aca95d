"""Start a large account at Stripe, read-only and a process of its own, and connect merchants to it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from django.db.models import Model, Sum

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.ledger.models import LedgerLine
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt, Dispute, Payment, Refund
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Connection, Merchant
from paydesk.merchants.open import ConnectionWanted, connection_uuid, open_connection
from tests.processes import Running, running_server

ROOT = Path(__file__).parents[2]
CREDENTIALS = {
    "secret_key": "sk_test_archive",
    "publishable_key": "pk_test_archive",
    "webhook_secret": "whsec_archive",
}
COUNTED: dict[str, type[Model]] = {
    "customers": GatewayCustomer,
    "methods": PaymentMethod,
    "subscriptions": Subscription,
    "payments": Payment,
    "attempts": Attempt,
    "refunds": Refund,
    "disputes": Dispute,
}


@dataclass(frozen=True, kw_only=True)
class Archive:
    """The running double."""

    server: Running

    def merchant(self, slug: str) -> MerchantInSight:
        """Make a merchant whose connection `Main` is to this account."""
        row = Merchant.objects.create(
            slug=slug, name=slug, mode="test", support_email="help@a.example", created_at=clock.wall_now()
        )
        merchant = merchant_by_id(row.id)
        wanted = ConnectionWanted(
            uuid=connection_uuid(merchant_id=row.id, gateway="stripe", name="Main"),
            gateway="stripe",
            name="Main",
            credentials=CREDENTIALS,
            base_url=self.server.url,
        )
        open_connection(wanted, merchant=merchant, now=clock.wall_now())
        return merchant

    def totals(self) -> dict[str, dict[str, int]]:
        """Give the account's own books."""
        found: dict[str, dict[str, int]] = self._get("/_account")
        return found

    def requests(self) -> dict[str, int]:
        """Say how often each kind of thing was asked for."""
        found: dict[str, int] = self._get("/_requests")
        return found

    def _get(self, path: str) -> Any:
        with urlopen(self.server.url + path) as answer:
            return json.load(answer)


@contextmanager
def running_archive(*, customers: int, bills: int, busy_every: int = 0) -> Iterator[Archive]:
    """Run it while the block runs; with `busy_every`, every so many requests get a 429."""
    program = ROOT / "tests" / "doubles" / "stripe_archive.py"
    command: list[str | Path] = [
        sys.executable,
        program,
        "{port}",
        str(customers),
        str(bills),
        str(busy_every),
    ]
    with running_server(command, environment={"PYTHONPATH": str(ROOT)}, ready_path="/_requests") as server:
        yield Archive(server=server)


def connection_of(merchant: MerchantInSight) -> Connection:
    return Connection.objects.get(merchant_id=merchant.id)


def totals_of(merchant_id: int) -> dict[str, dict[str, int]]:
    """Give our books of the account as it gives its own: what there is, and the money that moved."""
    moved = (
        LedgerLine.objects.filter(merchant_id=merchant_id, amount_minor__gt=0)
        .values_list("entry__kind", "currency")
        .annotate(sum=Sum("amount_minor"))
    )
    return {
        "counts": {
            name: model._default_manager.filter(merchant_id=merchant_id).count()
            for name, model in COUNTED.items()
        },
        "moved": {f"{kind} {currency}": total for kind, currency, total in moved},
    }
