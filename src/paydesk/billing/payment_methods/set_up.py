"""Let a customer enter a new method at the payment company, and take it over when they come back.

The set-up's row is committed before the company is asked, and its id is the key: asking again begins nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payment_methods.mirror import mirror_method
from paydesk.billing.payment_methods.models import MethodSetup, PaymentMethod
from paydesk.database.transactions import in_transaction, let_go, locked
from paydesk.gateways.contract import Capability, Gateway, GatewayRefused
from paydesk.gateways.method_setup import FinishedSetup, HostedFields, MethodSetupRequest
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock, ids
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection

#: We resend a key only inside this part of its memory (R5).
_SURELY_REMEMBERED = 0.8


class SetupRefused(Exception):
    """No method can be entered there. The words are for the customer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BegunSetup:
    """A set-up that the customer can go on with: on the company's page, or in its fields on ours."""

    public_id: str
    page_url: str
    fields: HostedFields | None


def begin_method_setup(
    *,
    merchant: MerchantInSight,
    customer_id: int,
    gateway_customer_id: int | None,
    payment_public_id: str = "",
    replaces_public_id: str = "",
    subscription_public_id: str = "",
    return_url_of: Callable[[str], str],
    now: datetime,
) -> BegunSetup:
    """Begin a set-up for one of the customer's records at a company; raises SetupRefused, GatewayUnreachable.

    `return_url_of` gets the set-up's public id. `payment_public_id`: what is to be paid with the method afterwards;
    `replaces_public_id`: the method that it is to take the place of; `subscription_public_id`: what is to be moved to
    it.
    """
    owner = GatewayCustomer.objects.filter(
        merchant_id=merchant.id, id=gateway_customer_id or 0, customer_id=customer_id
    ).first()
    if owner is None:
        raise SetupRefused(_("You have no account at this payment company yet. Please write to us."))
    gateway = _gateway(merchant, owner.connection_id)
    setup = MethodSetup.objects.create(
        merchant_id=merchant.id,
        connection_id=owner.connection_id,
        gateway_customer_id=owner.id,
        customer_id=customer_id,
        payment_public_id=payment_public_id,
        subscription_public_id=subscription_public_id,
        replaces_id=_replaced(merchant, owner, replaces_public_id),
        created_at=now,
    )
    return _begin(gateway, merchant, setup, owner.reference, return_url_of(setup.public_id))


def go_on_with_setup(
    *,
    merchant: MerchantInSight,
    customer_id: int,
    setup_public_id: str,
    return_url_of: Callable[[str], str],
    now: datetime,
) -> BegunSetup:
    """Give an open set-up again, for a page that is loaded anew: the same key begins nothing twice. `now` is wall time.

    Raises MethodSetup.DoesNotExist, GatewayUnreachable, and SetupRefused when it is over or the key is forgotten (R5).
    """
    setup = MethodSetup.objects.select_related("gateway_customer").get(
        merchant_id=merchant.id, customer_id=customer_id, public_id=setup_public_id
    )
    gateway = _gateway(merchant, setup.connection_id)
    is_remembered = now - setup.created_at < gateway.KEY_MEMORY["method"] * _SURELY_REMEMBERED
    if setup.state != MethodSetup.State.OPEN or not is_remembered:
        raise SetupRefused(_("This page is no longer good. Please begin again."))
    return _begin(gateway, merchant, setup, setup.gateway_customer.reference, return_url_of(setup.public_id))


def finish_method_setup(*, merchant: MerchantInSight, customer_id: int, setup_public_id: str) -> MethodSetup:
    """Take the method over; asking again gives the same answer.

    Raises MethodSetup.DoesNotExist, SetupRefused, GatewayUnreachable, and GatewayRefused while our key opens nothing.
    """
    mine = MethodSetup.objects.filter(
        merchant_id=merchant.id, customer_id=customer_id, public_id=setup_public_id
    )
    setup = mine.select_related("method", "gateway_customer").get()
    if setup.state != MethodSetup.State.OPEN:
        return setup
    gateway = _gateway(merchant, setup.connection_id)
    let_go()
    finished = gateway.finish_method_setup(setup.reference)
    in_transaction(lambda: _write(setup, finished))
    return mine.select_related("method").get()


def _gateway(merchant: MerchantInSight, connection_id: int) -> Gateway:
    """Give the gateway, if it lets a method be entered: no page leads to it else, but anybody can send its form."""
    connection = Connection.objects.filter(
        merchant_id=merchant.id, id=connection_id, removed_at__isnull=True
    ).first()
    with suppress(GatewayMissing):
        gateway = connect(connection, merchant=merchant) if connection else None
        if gateway is not None and Capability.SET_UP_METHOD in gateway.capabilities():
            return gateway
    raise SetupRefused(_("A new payment method cannot be entered here right now. Please write to us."))


def _replaced(merchant: MerchantInSight, owner: GatewayCustomer, public_id: str) -> int | None:
    if not public_id:
        return None
    mine = PaymentMethod.objects.filter(
        merchant_id=merchant.id, gateway_customer_id=owner.id, public_id=public_id, removed_at__isnull=True
    )
    found = mine.values_list("id", flat=True).first()
    if found is None:
        raise SetupRefused(_("This payment method is no longer there. Choose another one."))
    return found


def _begin(
    gateway: Gateway, merchant: MerchantInSight, setup: MethodSetup, customer_reference: str, return_url: str
) -> BegunSetup:
    key = ids.idempotency_key(
        merchant=merchant.uuid, collectible=setup.public_id, attempt_number=1, operation="method"
    )
    let_go()
    try:
        begun = gateway.begin_method_setup(
            MethodSetupRequest(key=str(key), customer_reference=customer_reference, return_url=return_url)
        )
    except GatewayRefused as refused:
        raise SetupRefused(_("The payment company did not let us begin. Please write to us.")) from refused
    MethodSetup.objects.filter(merchant_id=setup.merchant_id, id=setup.id).update(reference=begun.reference)
    return BegunSetup(public_id=setup.public_id, page_url=begun.page_url, fields=begun.fields)


def _write(setup: MethodSetup, finished: FinishedSetup) -> None:
    """Write how it stands, unless somebody was quicker: much may have been done with the method since."""
    # Whoever writes methods takes the customer's row first, so that two of them never wait for each other.
    owner = GatewayCustomer.objects.filter(merchant_id=setup.merchant_id, id=setup.gateway_customer_id)
    locked(owner).get()
    mine = MethodSetup.objects.filter(merchant_id=setup.merchant_id, id=setup.id)
    if locked(mine).get().state != MethodSetup.State.OPEN:
        return
    if finished.method is not None:
        # A list that was asked for before this does not have the new method yet, and must not remove it.
        owner.update(methods_observed_at=clock.wall_now())
        method = mirror_method(owner=setup.gateway_customer, record=finished.method, knows_default=False)
        mine.update(state=MethodSetup.State.FINISHED, method_id=method.id)
    else:
        # What the last try said is kept for the page; it ends nothing where the same set-up takes another card.
        is_over = bool(finished.refusal) and not finished.can_try_again
        state = MethodSetup.State.REFUSED if is_over else MethodSetup.State.OPEN
        mine.update(state=state, refusal=finished.refusal[:300])
