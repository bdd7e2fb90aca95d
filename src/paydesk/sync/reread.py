"""Read one named object again at its company: a table from kinds to the verb that mirrors each."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from paydesk.billing.customers.link import link_customer
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payment_methods.mirror import mirror_methods
from paydesk.billing.payment_methods.models import MethodSetup
from paydesk.billing.payment_methods.set_up import finish_method_setup
from paydesk.billing.payments.models import Attempt
from paydesk.billing.payments.reread import NotThere, reread_payment, reread_subscription
from paydesk.billing.payments.settle import look_up_attempt
from paydesk.database.transactions import in_transaction, let_go
from paydesk.gateways.contract import Capability, Gateway, ObjectKind, ObjectReference
from paydesk.gateways.records import CustomerRecord
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from paydesk.sync.list_customers import record_of

_Reader = Callable[[MerchantInSight, Connection, Gateway, ObjectReference], None]


def reread(
    *, merchant: MerchantInSight, connection: Connection, gateway: Gateway, named: ObjectReference
) -> None:
    """Read and mirror; raises NotThere when the company does not know the object yet, GatewayUnreachable."""
    _READERS[named.kind](merchant, connection, gateway, named)


def reread_customer(*, connection: Connection, gateway: Gateway, reference: str) -> GatewayCustomer:
    """Read a customer with all its methods; raises NotThere, GatewayUnreachable."""
    asked_at = clock.wall_now()
    let_go()
    record = gateway.read_customer(reference) or _without_methods(connection, gateway, reference)
    if record is None:
        raise NotThere(f"customer {reference}")
    methods = [] if record.is_deleted else gateway.list_methods(reference)

    def write() -> GatewayCustomer:
        owner = link_customer(connection=connection, record=record, now=clock.wall_now())
        mirror_methods(owner=owner, records=methods, observed_at=asked_at, now=clock.wall_now())
        return owner

    return in_transaction(write)


def _without_methods(connection: Connection, gateway: Gateway, reference: str) -> CustomerRecord | None:
    """A company that keeps no list of customers knows none without a method: whom we know has none left there."""
    if Capability.LIST_CUSTOMERS in gateway.capabilities():
        return None
    known = GatewayCustomer.objects.filter(
        merchant_id=connection.merchant_id, connection_id=connection.id, reference=reference
    ).first()
    return replace(record_of(known), is_deleted=True) if known else None


def _customer(
    _merchant: MerchantInSight, connection: Connection, gateway: Gateway, named: ObjectReference
) -> None:
    reread_customer(connection=connection, gateway=gateway, reference=named.reference)


def _subscription(
    _merchant: MerchantInSight, connection: Connection, gateway: Gateway, named: ObjectReference
) -> None:
    reread_subscription(connection=connection, gateway=gateway, reference=named.reference)


def _collectible(
    _merchant: MerchantInSight, connection: Connection, gateway: Gateway, named: ObjectReference
) -> None:
    reading = reread_payment(connection=connection, gateway=gateway, reference=named.reference)
    if reading.is_new and reading.subscription_reference:
        reread_subscription(connection=connection, gateway=gateway, reference=reading.subscription_reference)


def _charge(
    merchant: MerchantInSight, connection: Connection, gateway: Gateway, named: ObjectReference
) -> None:
    """A charge of ours that is open is looked up by its attempt.

    One that took nothing is read: its bank may have let the money go after all, before the customer pays again. So is a
    mark that no attempt of ours has: one that was lost, or that of another installation.
    """
    mine = Attempt.objects.filter(
        merchant_id=merchant.id, connection_id=connection.id, origin=Attempt.Origin.PAYDESK
    )
    found = mine.filter(public_id=named.tag).first() if named.tag else None
    found = found or mine.filter(reference=named.reference).first()
    if found is not None and found.state in Attempt.OPEN:
        look_up_attempt(merchant=merchant, attempt_id=found.id, now=clock.wall_now())
    elif named.tag and (found is None or found.state != Attempt.State.SUCCEEDED):
        # What the company only prepared, it does not list: then there is nothing to read, now or later.
        with suppress(NotThere):
            reread_payment(connection=connection, gateway=gateway, reference=named.reference)


def _method_setup(
    merchant: MerchantInSight, connection: Connection, _gateway: Gateway, named: ObjectReference
) -> None:
    setup = MethodSetup.objects.filter(
        merchant_id=merchant.id, connection_id=connection.id, reference=named.reference
    ).first()
    if setup is not None:
        finish_method_setup(merchant=merchant, customer_id=setup.customer_id, setup_public_id=setup.public_id)


def _with_its_payment(
    _merchant: MerchantInSight, _connection: Connection, _gateway: Gateway, _named: ObjectReference
) -> None:
    """Money that went back is mirrored whole with its collectible, which the same event names beside it."""


_READERS: dict[ObjectKind, _Reader] = {
    ObjectKind.CUSTOMER: _customer,
    ObjectKind.SUBSCRIPTION: _subscription,
    ObjectKind.COLLECTIBLE: _collectible,
    ObjectKind.CHARGE: _charge,
    ObjectKind.REFUND: _with_its_payment,
    ObjectKind.DISPUTE: _with_its_payment,
    ObjectKind.METHOD_SETUP: _method_setup,
}
