"""A merchant with a vault, whose customers Ada and Ben have cards, and CSVs of agreements that it brings."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date

from paydesk.billing.arrangements.imported.bring_in import FileWanted, import_agreements
from paydesk.billing.arrangements.imported.columns import COLUMNS
from paydesk.billing.arrangements.imported.forecast import Forecast
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.kit.spreadsheets.table import LinesRefused
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Connection
from tests import builders

#: A subscription of Ada's that nothing is wrong with.
PLAIN = {
    "reference": "A-1",
    "customer": "cus_1",
    "name": "Glaze club",
    "price": "18.00",
    "currency": "EUR",
    "interval": "month",
    "first_day": "2099-01-31",
}
#: A plan with everything.
PLAN = PLAIN | {
    "reference": "P-1",
    "name": "Kiln",
    "price": "1000.00",
    "payments": "3",
    "deposit": "100.00",
    "deposit_day": "2099-01-01",
    "fee": "10.00",
    "method": "pm_1",
    "paid_before": "1",
}


@dataclass(frozen=True, kw_only=True)
class Brought:
    """The merchant and its vault."""

    merchant: MerchantInSight
    connection: Connection

    def bring(self, *lines: dict[str, str], is_dry_run: bool = False, allows_past: bool = False) -> Forecast:
        """Import lines that are told by their columns."""
        return self.bring_file(csv_of(*lines), is_dry_run=is_dry_run, allows_past=allows_past)

    def bring_file(self, content: bytes, *, is_dry_run: bool = False, allows_past: bool = False) -> Forecast:
        """Import a file."""
        return import_agreements(
            merchant=merchant_by_id(self.merchant.id),
            connection=self.connection,
            file=FileWanted(content=content, is_dry_run=is_dry_run, allows_past=allows_past),
            now=clock.wall_now(),
            on_written=lambda *_: None,
        )

    def wrong(self, *lines: dict[str, str]) -> list[str]:
        """Import lines that are refused, and give what is said of them; nothing was written."""
        try:
            self.bring(*lines)
        except LinesRefused as refused:
            assert self.names() == []
            return [str(one) for one in refused.wrong]
        raise AssertionError("nothing was wrong")

    def names(self) -> list[str]:
        """Give the references of what is there."""
        agreed = Subscription.objects.filter(merchant_id=self.merchant.id).order_by("reference")
        return list(agreed.values_list("reference", flat=True))

    def agreement(self, reference: str) -> Subscription:
        """Give one of them."""
        return Subscription.objects.get(merchant_id=self.merchant.id, reference=reference)

    def payments(self, reference: str) -> list[tuple[date | None, int, str]]:
        """Give day, minor units and state of each payment of one."""
        mine = Payment.objects.filter(merchant_id=self.merchant.id, subscription__reference=reference)
        return list(mine.order_by("position").values_list("due_date", "amount_minor", "state"))


def brought(slug: str = "clay") -> Brought:
    """Make the scene."""
    merchant = builders.merchant(slug)
    connection = builders.connection(merchant, gateway="simulated-vault", name="Shop")
    for number, name in enumerate(("Ada", "Ben"), start=1):
        who = builders.customer(merchant, name)
        builders.owner(who, connection, f"cus_{number}")
        builders.method(who, connection, reference=f"pm_{number}", is_default=True)
    return Brought(merchant=merchant, connection=connection)


def csv_of(*lines: dict[str, str], delimiter: str = ",", end: str = "\r\n") -> bytes:
    """Write lines as a spreadsheet does."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(COLUMNS), restval="", delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode()
