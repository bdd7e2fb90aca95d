"""A merchant with orders of Ada's and Ben's, and CSVs of what it has sent of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from paydesk.billing.orders.models import Order, Shipment
from paydesk.billing.orders.shipments.imported.bring_in import import_shipments
from paydesk.billing.orders.shipments.imported.columns import COLUMNS
from paydesk.billing.orders.shipments.keep import Kept
from paydesk.kit.clock import local_date
from paydesk.kit.spreadsheets.table import LinesRefused
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from tests import builders


@dataclass(frozen=True, kw_only=True)
class Parcels:
    """The merchant; its orders are HC-1 of Ada's and, without a number, `ch_2` of Ben's."""

    merchant: MerchantInSight
    first: Order
    second: Order

    def today(self) -> date:
        """Give the merchant's day."""
        return local_date(self.sight().business_now(), zone=self.merchant.time_zone)

    def sight(self) -> MerchantInSight:
        """Give the merchant as it is now."""
        return merchant_by_id(self.merchant.id)

    def ago(self, days: int) -> str:
        """Write the day so many days ago."""
        return (self.today() - timedelta(days=days)).isoformat()

    def shipped(self, **cells: str) -> dict[str, str]:
        """Tell a line with which nothing is wrong: P-1 of HC-1, given to DHL yesterday."""
        given = {"order": "HC-1", "shipment": "P-1", "carrier": "DHL", "number": "0034"}
        return given | {"shipped": self.ago(1)} | cells

    def bring(self, *lines: dict[str, str], is_dry_run: bool = False) -> Kept:
        """Import lines that are told by their columns."""
        return self.bring_file(csv_of(*lines), is_dry_run=is_dry_run)

    def bring_file(self, content: bytes, *, is_dry_run: bool = False) -> Kept:
        """Import a file."""
        return import_shipments(merchant=self.sight(), content=content, is_dry_run=is_dry_run)

    def wrong(self, *lines: dict[str, str]) -> list[str]:
        """Import lines that are refused, and give what is said of them; nothing was written."""
        before = self.rows()
        try:
            self.bring(*lines)
        except LinesRefused as refused:
            assert self.rows() == before
            return [str(one) for one in refused.wrong]
        raise AssertionError("nothing was wrong")

    def rows(self) -> list[tuple[str, ...]]:
        """Give all that is kept, by the names of shipments."""
        mine = Shipment.objects.filter(merchant_id=self.merchant.id).order_by("reference")
        return [tuple(str(one) for one in row) for row in mine.values_list()]

    def shipment(self, reference: str = "P-1") -> Shipment:
        """Give one of them."""
        return Shipment.objects.get(merchant_id=self.merchant.id, reference=reference)


def parcels(slug: str = "clay") -> Parcels:
    """Make the scene."""
    merchant = builders.merchant(slug)
    account = builders.connection(merchant)
    first = builders.order(builders.customer(merchant, "Ada"), account, "Kiln", number="HC-1")
    second = builders.order(builders.customer(merchant, "Ben"), account, "Bowl", number="", reference="ch_2")
    return Parcels(merchant=merchant, first=first, second=second)


def csv_of(*lines: dict[str, str], columns: Sequence[str] = tuple(COLUMNS), delimiter: str = ",") -> bytes:
    """Write lines as a spreadsheet does."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode()
