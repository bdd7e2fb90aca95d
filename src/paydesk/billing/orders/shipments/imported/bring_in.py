"""Import shipments from a CSV: every line, or nothing at all. What stands there like that already is left alone."""

from __future__ import annotations

from paydesk.billing.orders.shipments.imported.columns import COLUMNS, NEEDED
from paydesk.billing.orders.shipments.imported.known import look_up
from paydesk.billing.orders.shipments.imported.line import wanted_of_line
from paydesk.billing.orders.shipments.keep import (
    Judged,
    Kept,
    ShipmentWanted,
    judge_shipments,
    write_shipments,
)
from paydesk.database.transactions import in_transaction
from paydesk.kit.spreadsheets.table import LinesRefused, Table, Wrong, read_table
from paydesk.merchants.find import MerchantInSight


def import_shipments(*, merchant: MerchantInSight, content: bytes, is_dry_run: bool = False) -> Kept:
    """Keep all shipments of the file in one transaction, or with `is_dry_run` none, and say what they come to.

    Raises FileRefused, and LinesRefused with all that is wrong; then nothing was written.
    """
    table = read_table(content, columns=COLUMNS, needed=NEEDED)
    if is_dry_run:
        return in_transaction(lambda: _judge(merchant, table)).kept
    return in_transaction(lambda: write_shipments(merchant=merchant, judged=_judge(merchant, table)))


def _judge(merchant: MerchantInSight, table: Table) -> Judged:
    known = look_up(merchant=merchant, words=[line.cells["order"] for line in table.lines])
    wrong = [*table.wrong, *table.named_twice("shipment")]
    wanted: list[ShipmentWanted] = []
    number_of: dict[str, int] = {}
    for line in table.lines:
        one, trouble = wanted_of_line(line, table.names, known)
        wrong.extend(trouble)
        if one is not None and number_of.setdefault(one.reference, line.number) == line.number:
            wanted.append(one)
    judged = judge_shipments(merchant=merchant, wanted=wanted)
    wrong.extend(Wrong(line=number_of[reference], words=words) for reference, words in judged.wrong)
    if wrong:
        raise LinesRefused(wrong)
    return judged
