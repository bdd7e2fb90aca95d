"""Tell payment companies the name and address that a customer wrote, and read them again: the page says what they said.

Their bills are made out so from then on.
"""

from __future__ import annotations

import logging
from datetime import datetime

from paydesk.billing.customers.details.keep import Kept, details_of
from paydesk.billing.customers.details.told import keep_told
from paydesk.billing.customers.details.written import Written
from paydesk.billing.customers.models import Customer, GatewayCustomer
from paydesk.billing.payments.reread import NotThere
from paydesk.database.transactions import let_go
from paydesk.events.models import Event
from paydesk.gateways.contract import Capability, GatewayRefused, GatewayUnreachable
from paydesk.gateways.records import BillingDetails
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.sync.reread import reread_customer
from paydesk.work.queues import Later

_log = logging.getLogger(__name__)


def tell_companies(event: Event, now: datetime) -> None:
    """React to customer.details_changed: each company hears what is kept now, which may be newer than the event.

    Telling it twice does no harm. Raises GatewayUnreachable once all were asked, so that the silent are asked again,
    and Later when it was changed meanwhile: somebody else may have told the newer details before these arrived.
    """
    customer = Customer.objects.get(merchant_id=event.merchant_id, public_id=str(event.subject["customer"]))
    kept = details_of(merchant_id=event.merchant_id, customer_id=customer.id)
    merchant, silent = merchant_by_id(event.merchant_id), None
    accounts = GatewayCustomer.objects.filter(
        merchant_id=event.merchant_id, customer_id=customer.id, connection__removed_at__isnull=True
    )
    for account in accounts.select_related("connection").order_by("id"):
        try:
            _tell(merchant, account, kept, event)
        except GatewayUnreachable as trouble:
            silent = trouble
    if silent is not None:
        raise silent
    if details_of(merchant_id=event.merchant_id, customer_id=customer.id).version != kept.version:
        raise Later(now, "The details were changed while they were told.")


def billing_of(said: Written) -> BillingDetails:
    """Give them as a company's bill has them: a bill is made out to the company, where there is one.

    Without the tax id: payment companies keep those as objects of their own, checked and by kind.
    """
    return BillingDetails(
        name=said.company or said.name,
        street=tuple(line for line in (*said.street.split("\n"), said.district) if line),
        city=said.city,
        region=said.region,
        postal_code=said.postal_code,
        country=said.country,
    )


def _tell(merchant: MerchantInSight, account: GatewayCustomer, kept: Kept, event: Event) -> None:
    # Of each event and version a key of its own: told again after something else, it has to be done again.
    key = f"details:{account.public_id}:{kept.version}:{event.id}"
    try:
        gateway = connect(account.connection, merchant=merchant)
        if Capability.UPDATE_CUSTOMER in gateway.capabilities():
            let_go()
            gateway.update_customer(
                customer_reference=account.reference, details=billing_of(kept.said), key=key
            )
            told_at = clock.wall_now()
            reread_customer(connection=account.connection, gateway=gateway, reference=account.reference)
            keep_told(account, version=kept.version, told_at=told_at)
    except GatewayMissing:
        return
    except (GatewayRefused, NotThere) as refused:
        keep_told(account, version=kept.version, told_at=None)
        # Nothing of the customer's depends on it: our own receipts have the details all the same.
        _log.warning("the details of customer %s were not taken: %s", account.public_id, refused)
