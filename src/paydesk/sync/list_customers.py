"""List a connection's customers page by page: as the company lists them, or those known here where it keeps no list.

A company without a list (`Capability.LIST_CUSTOMERS`) has no customer whom Paydesk did not make there: they come as
methods are saved for them, and what it has of each is asked for by its reference.
"""

from __future__ import annotations

from collections.abc import Sequence

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.gateways.contract import Capability
from paydesk.gateways.records import CustomerRecord, Page
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from paydesk.sync.read_ahead import Readers

#: Customers known here that make up a page.
_PAGE = 100


def lists_customers(merchant: MerchantInSight, connection: Connection) -> bool:
    """Say whether the company keeps a list of its customers. Asks no network."""
    return Capability.LIST_CUSTOMERS in connect(connection, merchant=merchant).capabilities()


def list_customers(connection: Connection, readers: Readers, cursor: str) -> Page[CustomerRecord]:
    """Give one page; raises GatewayUnreachable, GatewayRefused."""
    if readers.lists_customers:
        return readers.list_customers(cursor)
    return known_customers(connection, after_id=int(cursor or 0))


def known_customers(connection: Connection, *, after_id: int) -> Page[CustomerRecord]:
    """List those known here, the longest known first. The cursor is the id of the last one."""
    known = GatewayCustomer.objects.filter(merchant_id=connection.merchant_id, connection_id=connection.id)
    # What guests paid waits for staff under an empty reference: no company lists anything for it.
    rows = list(known.exclude(reference="").filter(id__gt=after_id).order_by("id")[:_PAGE])
    return Page(
        records=[record_of(row) for row in rows],
        next_cursor=str(rows[-1].id) if len(rows) == _PAGE else "",
    )


def record_of(owner: GatewayCustomer) -> CustomerRecord:
    """Give a customer as we know it, before the company is asked."""
    return CustomerRecord(reference=owner.reference, email=owner.email, name=owner.name)


def owners_of(connection: Connection, references: Sequence[str]) -> list[GatewayCustomer]:
    """Give the rows of these customers, the longest known first."""
    known = GatewayCustomer.objects.filter(merchant_id=connection.merchant_id, connection_id=connection.id)
    return list(known.filter(reference__in=references).order_by("id"))
