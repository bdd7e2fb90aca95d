"""The vault: saved cards. Of a number only the last four digits and the name of its test card are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from paydesk_simulator.cards import CARD_OF_NAME, Card
from paydesk_simulator.clock import step
from paydesk_simulator.company.accounts import Account
from paydesk_simulator.company.customers import Customer, customer_of
from paydesk_simulator.company.events import announce
from paydesk_simulator.database import Books, new_id
from paydesk_simulator.refused import Refused, not_found

_OPEN_ALONE = "customer_id = ? AND subscription_id IS NULL AND status IN ('due', 'failed')"


@dataclass(frozen=True, kw_only=True, slots=True)
class Method:
    TABLE: ClassVar[str] = "methods"
    id: str
    account_id: str
    customer_id: str
    card: str
    brand: str
    last_four: str
    expires_year: int
    expires_month: int
    created_at: datetime
    removed_at: datetime | None

    def is_expired(self, now: datetime) -> bool:
        """A card is good until the end of its month."""
        return now >= step(
            datetime(self.expires_year, self.expires_month, 1, tzinfo=UTC), unit="month", count=1
        )

    def test_card(self) -> Card:
        """Give the test card that decides what this method does."""
        return CARD_OF_NAME[self.card]


def save_method(
    books: Books,
    account: Account,
    *,
    customer: Customer,
    card: Card,
    expires: tuple[int, int],
    now: datetime,
    silently: bool = False,
) -> Method:
    """Save a card (`expires` is year and month); a customer's first card is the default."""
    method = books.add(
        Method(
            id=new_id("pm"),
            account_id=account.id,
            customer_id=customer.id,
            card=card.name,
            brand=card.brand,
            last_four=card.number[-4:],
            expires_year=expires[0],
            expires_month=expires[1],
            created_at=now,
            removed_at=None,
        )
    )
    if customer.default_method_id is None:
        books.change(customer, default_method_id=method.id)
    if not silently:
        announce(books, account, "method.saved", subject(method))
    return method


def method_of(books: Books, account: Account, method_id: str) -> Method:
    """Give one method of this account, removed or not."""
    method = books.get(Method, method_id)
    if method is None or method.account_id != account.id:
        raise not_found("method")
    return method


def usable_method(books: Books, account: Account, *, customer_id: str, method_id: str) -> Method:
    """Give a method that this customer can pay with."""
    method = method_of(books, account, method_id)
    if method.customer_id != customer_id or method.removed_at:
        raise Refused(400, "method_not_usable", "This method is not one of the customer's.")
    return method


def methods_of(books: Books, customer: Customer) -> list[Method]:
    """List the saved methods, oldest first."""
    return books.find(Method, "customer_id = ? AND removed_at IS NULL ORDER BY rowid", customer.id)


def set_default(books: Books, account: Account, *, customer: Customer, method_id: str) -> Customer:
    """Let a method pay whatever names none of its own; open bills of no subscription follow it."""
    method = usable_method(books, account, customer_id=customer.id, method_id=method_id)
    name_no_method(books, account, "bill", _OPEN_ALONE, customer.id)
    changed = books.change(customer, default_method_id=method.id)
    announce(books, account, "customer.updated", {"type": "customer", "id": customer.id})
    return changed


def remove_method(books: Books, account: Account, *, method: Method, now: datetime) -> Method:
    """Take a method out of the vault. What named it falls back to the default, or fails."""
    if method.removed_at:
        return method
    removed = books.change(method, removed_at=now)
    customer = customer_of(books, account, method.customer_id)
    if customer.default_method_id == method.id:
        books.change(customer, default_method_id=None)
    for kind in ("subscription", "bill"):
        name_no_method(books, account, kind, "method_id = ?", method.id)
    announce(books, account, "method.removed", subject(method))
    return removed


def name_no_method(books: Books, account: Account, kind: str, condition: str, value: str) -> None:
    """Let objects name no method of their own any more, and say so of each that did."""
    places = f"{kind}s SET method_id = NULL WHERE method_id IS NOT NULL AND {condition}"
    for row in books.ask(f"UPDATE {places} RETURNING id, customer_id", value):
        announce(books, account, f"{kind}.updated", {"type": kind, "id": row[0], "customer": row[1]})


def subject(method: Method) -> dict[str, str | None]:
    """Name the method in an event."""
    return {"type": "method", "id": method.id, "customer": method.customer_id}
