"""Link many records that were never seen to customers of ours, in a few statements, where `link_customer` links one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from paydesk.billing.customers.addresses import looks_like_address, normalized
from paydesk.billing.customers.link import owner_of
from paydesk.billing.customers.models import Customer, CustomerEmail, GatewayCustomer
from paydesk.gateways.records import CustomerRecord
from paydesk.merchants.models import Connection


def link_new_customers(
    *,
    connection: Connection,
    records: Sequence[CustomerRecord],
    observed_at: Mapping[str, datetime],
    now: datetime,
) -> list[GatewayCustomer]:
    """Give the rows in the order of the records. `observed_at`: when each one's methods were asked for, by reference.

    Call inside a transaction that saw that none of the records is known; of several with one address, the first makes
    the customer.
    """
    merchant_id = connection.merchant_id
    by_address = _first_of_each(records)
    rows = CustomerEmail.objects.filter(merchant_id=merchant_id, normalized__in=list(by_address))
    known = {row.normalized: row for row in rows}
    made = _made(merchant_id, {one: by_address[one] for one in by_address if one not in known}, now)
    return GatewayCustomer.objects.bulk_create(
        GatewayCustomer(
            merchant_id=merchant_id,
            connection_id=connection.id,
            customer_id=_owner(record, known, made),
            reference=record.reference,
            email=record.email[:320],
            name=record.name[:200],
            methods_observed_at=observed_at[record.reference],
            reread_at=now,
        )
        for record in records
    )


def _owner(record: CustomerRecord, known: Mapping[str, CustomerEmail], made: Mapping[str, int]) -> int | None:
    if not looks_like_address(record.email):
        return None
    address = normalized(record.email)
    return owner_of(known[address], record) if address in known else made[address]


def _made(merchant_id: int, new: Mapping[str, CustomerRecord], now: datetime) -> dict[str, int]:
    """Another import may make the same address meanwhile: the constraint decides, and the transaction runs again."""
    customers = Customer.objects.bulk_create(
        Customer(merchant_id=merchant_id, name=record.name[:200], created_at=record.created_at or now)
        for record in new.values()
    )
    CustomerEmail.objects.bulk_create(
        CustomerEmail(
            merchant_id=merchant_id,
            customer_id=customer.id,
            address=record.email.strip(),
            normalized=address,
        )
        for customer, (address, record) in zip(customers, new.items(), strict=True)
    )
    return {address: customer.id for customer, address in zip(customers, new, strict=True)}


def _first_of_each(records: Sequence[CustomerRecord]) -> dict[str, CustomerRecord]:
    by_address: dict[str, CustomerRecord] = {}
    for record in records:
        if looks_like_address(record.email):
            by_address.setdefault(normalized(record.email), record)
    return by_address
