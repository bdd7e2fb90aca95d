"""One call of the control API, and what its fields name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from paydesk_simulator.cards import CARD_OF_NAME, CARD_OF_NUMBER, Card
from paydesk_simulator.company import customers
from paydesk_simulator.company.accounts import Account
from paydesk_simulator.database import Books
from paydesk_simulator.fields import Fields
from paydesk_simulator.refused import Refused
from paydesk_simulator.traffic import Traffic


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """One call of the control API, inside the transaction that answers it."""

    books: Books
    traffic: Traffic
    chosen: Account | None
    ids: Mapping[str, str]
    query: Mapping[str, str]
    fields: Fields
    base: str
    key_memory_seconds: int

    @property
    def account(self) -> Account:
        """Give the account that the address names."""
        assert self.chosen is not None  # noqa: S101  every address with an id in it has been looked up
        return self.chosen

    def now(self) -> datetime:
        """Give the account's business time, or the back-dated `at` of the request."""
        return self.fields.moment("at") or self.account.now()

    def number_asked(self, name: str, default: int) -> int:
        """Give a number from the address."""
        asked = self.query.get(name, str(default))
        if not asked.isdecimal():
            raise Refused(400, "bad_field", f"{name} has to be a whole number.")
        return int(asked)

    def customer(self) -> customers.Customer:
        """Give the customer that the request names."""
        return customers.customer_of(self.books, self.account, self.fields.text("customer"))

    def card(self) -> tuple[Card, tuple[int, int]]:
        """Give the test card, by name or number, and its expiry."""
        named = self.fields.text("card")
        card = CARD_OF_NAME.get(named) or CARD_OF_NUMBER.get(named.replace(" ", ""))
        if card is None:
            raise Refused(400, "unknown_card", f"There is no test card {named!r}.")
        year = self.fields.whole("expires_year", self.account.now().year + 3)
        return card, (year, self.fields.whole("expires_month", 12))


Act = Callable[[Control], Any]
