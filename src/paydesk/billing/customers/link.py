"""Link a company's customer record to a customer of ours, by exact normalised address.

Names never merge people. A record without a good address waits for staff; one that changes its address at the company
later stays with its person: that is a difference to confirm, not a move. One that tells no address any more, or never
did since its company keeps none (`Capability.LIST_CUSTOMERS`), takes nothing from what is known.
"""

from __future__ import annotations

from datetime import datetime

from paydesk.billing.customers.addresses import looks_like_address, normalized
from paydesk.billing.customers.models import Customer, CustomerEmail, GatewayCustomer
from paydesk.gateways.records import CustomerRecord
from paydesk.merchants.models import Connection


def link_customer(*, connection: Connection, record: CustomerRecord, now: datetime) -> GatewayCustomer:
    """Mirror a record and link it. Asking twice changes nothing; call inside a transaction."""
    mine = GatewayCustomer.objects.filter(
        merchant_id=connection.merchant_id, connection_id=connection.id, reference=record.reference
    )
    known = mine.first()
    if known is None:
        return GatewayCustomer.objects.create(
            merchant_id=connection.merchant_id,
            connection_id=connection.id,
            customer_id=_customer_id(connection.merchant_id, record, now),
            reference=record.reference,
            email=record.email[:320],
            name=record.name[:200],
        )
    if known.customer_id is None:
        known.customer_id = _customer_id(connection.merchant_id, record, now)
    known.email, known.name = record.email[:320] or known.email, record.name[:200] or known.name
    mine.update(customer_id=known.customer_id, email=known.email, name=known.name)
    return known


def _customer_id(merchant_id: int, record: CustomerRecord, now: datetime) -> int | None:
    if not looks_like_address(record.email):
        return None
    address = normalized(record.email)
    known = CustomerEmail.objects.filter(merchant_id=merchant_id, normalized=address).first()
    if known is not None:
        return owner_of(known, record)
    customer = Customer.objects.create(
        merchant_id=merchant_id, name=record.name[:200], created_at=record.created_at or now
    )
    # Another import may have made the same address meanwhile: the constraint decides, and this transaction runs again.
    CustomerEmail.objects.create(
        merchant_id=merchant_id, customer_id=customer.id, address=record.email.strip(), normalized=address
    )
    return customer.id


def owner_of(known: CustomerEmail, record: CustomerRecord) -> int | None:
    """Give whose a record under a known address is; None: it waits for staff.

    An address that its customer has given up may be another person's by now: only what is older is surely theirs.
    """
    if known.retired_at is None or (record.created_at is not None and record.created_at < known.retired_at):
        return known.customer_id
    return None
