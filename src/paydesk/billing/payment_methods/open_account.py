"""Give a customer a record at one of the merchant's companies, so that a method can be saved for them there.

The company is asked with a key that is made of the customer: asking again makes nobody twice, as long as it is
remembered. Where it is forgotten, the second record is the same person's by its address.
"""

from __future__ import annotations

from django.db.models import F
from django.utils.translation import gettext as _

from paydesk.billing.customers.link import link_customer
from paydesk.billing.customers.models import Customer, CustomerEmail, GatewayCustomer
from paydesk.billing.payment_methods.set_up import SetupRefused
from paydesk.database.transactions import in_transaction, let_go
from paydesk.gateways.contract import Capability, GatewayRefused
from paydesk.gateways.records import CustomerRecord
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock, ids
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection


def account_for(*, merchant: MerchantInSight, customer_id: int, connection: Connection) -> GatewayCustomer:
    """Give the customer's newest record there, or have one made; raises SetupRefused, GatewayUnreachable.

    Call outside of a transaction: the company is asked.
    """
    mine = GatewayCustomer.objects.filter(
        merchant_id=merchant.id, connection_id=connection.id, customer_id=customer_id
    )
    known = mine.order_by("-id").first()
    if known is not None:
        return known
    record = _made(merchant, customer_id, connection)
    owner = in_transaction(lambda: link_customer(connection=connection, record=record, now=clock.wall_now()))
    if owner.customer_id != customer_id:
        raise SetupRefused(_cannot())
    return owner


def _made(merchant: MerchantInSight, customer_id: int, connection: Connection) -> CustomerRecord:
    customer = Customer.objects.get(merchant_id=merchant.id, id=customer_id)
    address = _address_of(customer)
    key = ids.idempotency_key(
        merchant=merchant.uuid,
        collectible=f"{connection.uuid}|{customer.public_id}",
        attempt_number=1,
        operation="customer",
    )
    if connection.removed_at is not None or not address:
        raise SetupRefused(_cannot())
    try:
        gateway = connect(connection, merchant=merchant)
        if Capability.SET_UP_METHOD not in gateway.capabilities():
            raise SetupRefused(_cannot())
        let_go()
        return gateway.create_customer(email=address, name=customer.name, key=str(key))
    except (GatewayMissing, GatewayRefused) as refused:
        raise SetupRefused(_cannot()) from refused


def _address_of(customer: Customer) -> str:
    """Give an address that reaches them: the one that was verified last."""
    mine = CustomerEmail.objects.filter(
        merchant_id=customer.merchant_id, customer_id=customer.id, retired_at__isnull=True
    )
    found = mine.order_by(F("verified_at").desc(nulls_last=True), "-id").first()
    return found.address if found else ""


def _cannot() -> str:
    return _("A new payment method cannot be entered here right now. Please write to us.")
