"""The journal: one row for every movement of money, never changed; drills compare a merchant's books with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from typing import Any

from paydesk_simulator.clock import wall_now
from paydesk_simulator.database import Books

_COLUMNS = (
    "id, account_id, kind, reference, charge_id, bill_id, customer_id, tag, key, amount_minor, currency, "
    "occurred_at, recorded_at"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Movement:
    """Money that moved: plus to the merchant, minus away from it. `occurred_at` is business time."""

    account_id: str
    kind: str
    reference: str
    charge_id: str
    bill_id: str
    customer_id: str
    tag: str
    key: str
    amount_minor: int
    currency: str
    occurred_at: datetime


def write_down(books: Books, movement: Movement) -> None:
    """Add one row."""
    write_down_many(books, [movement])


def write_down_many(books: Books, movements: Sequence[Movement]) -> None:
    """Add rows."""
    recorded_at = wall_now()
    names = [*(field.name for field in fields(Movement)), "recorded_at"]
    statement = f"INSERT INTO journal ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608
    books.ask_many(statement, ([*astuple(movement), recorded_at] for movement in movements))


def read_journal(books: Books, *, account_id: str, after: int, count: int) -> list[dict[str, Any]]:
    """Give rows in the order in which they were written; an empty account gives all accounts."""
    names = _COLUMNS.split(", ")
    statement = (
        f"SELECT {_COLUMNS} FROM journal WHERE id > ? AND (? = '' OR account_id = ?) ORDER BY id LIMIT ?"  # noqa: S608
    )
    rows = books.ask(statement, after, account_id, account_id, count)
    return [dict(zip(names, row, strict=True)) for row in rows]
