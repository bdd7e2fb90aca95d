"""Claim due rows, and settle what was claimed: one conditional UPDATE each, its row count checked (R8).

The claim is the only query that looks across merchants; it says so in a comment that a law test knows by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from paydesk.database.due_rows import DueRow
from paydesk.database.transactions import in_turn, is_postgresql
from paydesk.kit.faults import fault


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A row that is ours until the lease ends; `fence` proves it when the row is settled."""

    row_id: int
    merchant_id: int | None
    fence: int
    tries_count: int
    failures_count: int = 0


#: PostgreSQL may run a subquery of IN anew for each row, and then passes over those that it has just updated: of small
#: tables more would be claimed than were asked for. A materialized one is run once.
#: https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-CTE-MATERIALIZATION
_CLAIM = """/* claim across merchants: {table} */
WITH due AS MATERIALIZED (
    SELECT id FROM {table}
    WHERE due_at <= %s AND due_at IS NOT NULL AND dead_at IS NULL AND (lease_until IS NULL OR lease_until < %s)
    ORDER BY due_at LIMIT %s {skip}
)
UPDATE {table} SET lease_until = %s, fence = fence + 1, tries_count = tries_count + 1
WHERE id IN (SELECT id FROM due)
RETURNING id, {merchant}, fence, tries_count, failures_count"""


def claim(rows: type[DueRow], *, most: int, lease: timedelta, now: datetime) -> list[Claim]:
    """Claim what is due, oldest first. `now` is wall time."""
    has_merchant = any(field.name in {"merchant", "merchant_id"} for field in rows._meta.fields)
    statement = _CLAIM.format(
        table=rows._meta.db_table,
        merchant="merchant_id" if has_merchant else "NULL",
        skip="FOR UPDATE SKIP LOCKED" if is_postgresql() else "",
    )
    adapt = connection.ops.adapt_datetimefield_value
    fault("F01")

    def take() -> list[tuple[int, int | None, int, int, int]]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [adapt(now), adapt(now), most, adapt(now + lease)])
            found: list[tuple[int, int | None, int, int, int]] = cursor.fetchall()
            fault("F02")
            return found

    found = in_turn(take)
    return [
        Claim(row_id=row_id, merchant_id=merchant_id, fence=fence, tries_count=tries, failures_count=failures)
        for row_id, merchant_id, fence, tries, failures in found
    ]


def finish(rows: type[DueRow], taken: Claim, **facts: object) -> bool:
    """Settle a row with further facts: nothing more is due. False when the lease was lost and another holds the row."""
    done = {"due_at": None, "lease_until": None, "trouble": "", "tries_count": 0, "failures_count": 0}
    return _settle(rows, taken, **done, **facts)


def put_back(
    rows: type[DueRow], taken: Claim, *, due_at: datetime, trouble: str, failures_count: int | None = None
) -> bool:
    """Let a row be due again at a later time, and say why; `failures_count`: how often it has failed by now."""
    failures = taken.failures_count if failures_count is None else failures_count
    return _settle(rows, taken, due_at=due_at, lease_until=None, trouble=trouble, failures_count=failures)


def bury(rows: type[DueRow], taken: Claim, *, now: datetime, trouble: str) -> bool:
    """Give a row up: it is dead until a person looks at it."""
    return _settle(rows, taken, dead_at=now, lease_until=None, trouble=trouble)


def _settle(rows: type[DueRow], taken: Claim, **changes: object) -> bool:
    owned = {} if taken.merchant_id is None else {"merchant_id": taken.merchant_id}
    mine: QuerySet[DueRow] = QuerySet(rows).filter(pk=taken.row_id, fence=taken.fence, **owned)
    return in_turn(lambda: mine.update(**changes)) == 1
