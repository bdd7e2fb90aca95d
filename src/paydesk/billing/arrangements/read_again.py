"""Read again, at the company, what pays what for one of a customer's records there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, QuerySet

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payment_methods.mirror import mirror_methods
from paydesk.billing.payments.models import Payment
from paydesk.billing.payments.reread import reread_quietly
from paydesk.billing.subscriptions.mirror import mirror_subscription
from paydesk.database.transactions import in_transaction, let_go
from paydesk.gateways.contract import Gateway
from paydesk.gateways.records import MethodRecord, SubscriptionRecord, all_pages
from paydesk.kit import clock
from paydesk.merchants.models import Connection

_OPEN = [Payment.State.DUE, Payment.State.FAILED, Payment.State.PROCESSING]


def read_account_again(*, connection: Connection, gateway: Gateway, owner: GatewayCustomer) -> datetime:
    """Mirror its methods, subscriptions and open bills with a method of their own; gives when the company was asked.

    Raises GatewayUnreachable, GatewayRefused.
    """
    asked_at = clock.wall_now()
    let_go()
    methods = gateway.list_methods(owner.reference)
    subscriptions = all_pages(lambda cursor: gateway.list_subscriptions(owner.reference, cursor=cursor))
    in_transaction(lambda: _write(connection, gateway, owner, methods, subscriptions, asked_at))
    for reference in bills_with_a_method(owner).values_list("reference", flat=True):
        reread_quietly(connection=connection, gateway=gateway, reference=reference)
    return asked_at


def bills_with_a_method(owner: GatewayCustomer) -> QuerySet[Payment]:
    """Give the open bills that name a method of their own, other than their subscription's."""
    mine = Payment.objects.filter(
        merchant_id=owner.merchant_id,
        gateway_customer_id=owner.id,
        state__in=_OPEN,
        payment_method_id__isnull=False,
    )
    return mine.exclude(subscription_id__isnull=False, payment_method_id=F("subscription__payment_method_id"))


def _write(
    connection: Connection,
    gateway: Gateway,
    owner: GatewayCustomer,
    methods: Sequence[MethodRecord],
    subscriptions: Sequence[SubscriptionRecord],
    asked_at: datetime,
) -> None:
    now = clock.wall_now()
    mirror_methods(owner=owner, records=methods, observed_at=asked_at, now=now)
    for record in subscriptions:
        mirror_subscription(
            connection=connection,
            owner=owner,
            record=record,
            capabilities=gateway.capabilities(record),
            observed_at=asked_at,
            now=now,
        )
