"""Customers of a merchant, as the company keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from paydesk_simulator.company.accounts import Account
from paydesk_simulator.company.events import announce
from paydesk_simulator.database import Books, new_id
from paydesk_simulator.refused import Refused, not_found


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """One customer. `billing` is whom their next bills are made out to; empty when nobody said."""

    TABLE: ClassVar[str] = "customers"
    id: str
    account_id: str
    email: str
    name: str
    default_method_id: str | None
    billing: dict[str, Any]
    is_deleted: bool
    created_at: datetime


def add_customer(
    books: Books,
    account: Account,
    *,
    email: str,
    name: str,
    created_at: datetime,
    billing: dict[str, Any] | None = None,
    silently: bool = False,
) -> Customer:
    """Keep a new customer; the same address may come twice, as it may anywhere."""
    if email and "@" not in email:
        raise Refused(400, "bad_email", "That is not an e-mail address.")
    customer = books.add(
        Customer(
            id=new_id("cus"),
            account_id=account.id,
            email=email,
            name=name,
            default_method_id=None,
            billing=billing or {},
            is_deleted=False,
            created_at=created_at,
        )
    )
    if not silently:
        announce(books, account, "customer.created", subject(customer))
    return customer


def customer_of(books: Books, account: Account, customer_id: str) -> Customer:
    """Give one customer of this account."""
    customer = books.get(Customer, customer_id)
    if customer is None or customer.account_id != account.id:
        raise not_found("customer")
    return customer


def change_customer(books: Books, account: Account, customer: Customer, **values: object) -> Customer:
    """Change the address, the name or the billing details, or delete the customer."""
    changed = books.change(customer, **values)
    announce(
        books, account, "customer.deleted" if changed.is_deleted else "customer.updated", subject(changed)
    )
    return changed


def customers_after(books: Books, account: Account, cursor: str, count: int) -> list[Customer]:
    """List customers in the order in which they came; `cursor` is the last one that was seen."""
    after = "rowid > coalesce((SELECT rowid FROM customers WHERE id = ?), 0)"
    return books.find(
        Customer, f"account_id = ? AND {after} ORDER BY rowid LIMIT ?", account.id, cursor, count
    )


def subject(customer: Customer) -> dict[str, str | None]:
    """Name the customer in an event."""
    return {"type": "customer", "id": customer.id}
