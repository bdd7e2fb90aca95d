"""One call of a merchant's API: who calls, when, and with which fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from paydesk_simulator.company.accounts import Account
from paydesk_simulator.company.customers import Customer, customer_of
from paydesk_simulator.database import Books
from paydesk_simulator.doors.shapes import Shape
from paydesk_simulator.fields import Fields
from paydesk_simulator.refused import Refused

_PAGE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call of a merchant, inside the transaction that answers it."""

    books: Books
    account: Account
    now: datetime
    ids: Mapping[str, str]
    query: Mapping[str, str]
    fields: Fields
    key: str
    base: str

    def page_size(self) -> int:
        """Give how many rows a listing may have."""
        asked = self.query.get("limit", str(_PAGE))
        if not asked.isdecimal() or not 0 < int(asked) <= _PAGE:
            raise Refused(400, "bad_limit", f"A page has 1 to {_PAGE} rows.")
        return int(asked)

    def cursor(self) -> str:
        """Give the last row of a listing that the merchant has seen; empty begins it."""
        return self.query.get("cursor", "")

    def customer(self) -> Customer:
        """Give the customer that the address names."""
        return customer_of(self.books, self.account, self.ids["id"])


Act = Callable[[Call], Shape]


def listing(rows: list[Shape], cursor: str = "") -> Shape:
    """Answer with one page of rows, and the cursor of the next."""
    return {"rows": rows, "next_cursor": cursor}
