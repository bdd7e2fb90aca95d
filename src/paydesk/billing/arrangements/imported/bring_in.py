"""Import agreements from a CSV: every line, or nothing at all. What was imported before is left as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from paydesk.billing.arrangements.imported.columns import COLUMNS, NEEDED
from paydesk.billing.arrangements.imported.forecast import Forecast
from paydesk.billing.arrangements.imported.judge import judge_lines
from paydesk.billing.arrangements.imported.write_many import write_agreements
from paydesk.billing.arrangements.start import require_gateway
from paydesk.database.transactions import in_transaction
from paydesk.kit.spreadsheets.table import read_table
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection


@dataclass(frozen=True, kw_only=True, slots=True)
class FileWanted:
    """A file, and how it is taken. With `allows_past`, payments whose day is past are made, and charged at once."""

    content: bytes
    allows_past: bool = False
    is_dry_run: bool = False


def import_agreements(
    *,
    merchant: MerchantInSight,
    connection: Connection,
    file: FileWanted,
    now: datetime,
    on_written: Callable[[int, int], None],
) -> Forecast:
    """Make all agreements of the file in one transaction, or with `is_dry_run` none, and say what they come to.

    Raises FileRefused, LinesRefused with all that is wrong, StartRefused when the connection cannot charge; then
    nothing was written. `on_written` gets how many of how many are written, before they are committed. On SQLite
    nobody else writes meanwhile; on PostgreSQL whoever begins one of these elsewhere is met at the end, and all is
    judged again. `now` is wall time.
    """
    require_gateway(merchant=merchant, connection=connection)
    table = read_table(file.content, columns=COLUMNS, needed=NEEDED)

    def judge_and_write() -> Forecast:
        judged = judge_lines(
            merchant=merchant, connection=connection, table=table, allows_past=file.allows_past, now=now
        )
        if not file.is_dry_run:
            write_agreements(
                merchant=merchant,
                wanted=judged.wanted,
                now=now,
                on_written=lambda count: on_written(count, len(judged.wanted)),
            )
        return judged.forecast

    return judge_and_write() if file.is_dry_run else in_transaction(judge_and_write)
