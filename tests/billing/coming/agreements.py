"""Agreements to look ahead on: one that we collect, and one that a company collects."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from paydesk.billing.arrangements.start import AgreementWanted, start_agreement
from paydesk.billing.customers.models import Customer, GatewayCustomer
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight
from tests import builders


def ours(shop: MerchantInSight, ada: Customer, **given: Any) -> Subscription:
    """Start an agreement of ours: EUR 30.00 on the last of each month from 31 January."""
    records = GatewayCustomer.objects.filter(
        merchant_id=shop.id, customer_id=ada.id, connection__gateway="simulated-vault"
    ).select_related("connection")
    if not records:
        builders.owner(ada, builders.connection(shop, gateway="simulated-vault"))
    owner = records.get()
    wanted: dict[str, Any] = {
        "owner": owner,
        "name": "Kiln",
        "price": Money(3000, "EUR"),
        "interval_unit": "month",
        "interval_count": 1,
        "first_day": date(2027, 1, 31),
    }
    return start_agreement(merchant=shop, wanted=AgreementWanted(**(wanted | given)), now=clock.wall_now())


def theirs(shop: MerchantInSight, ada: Customer, **given: Any) -> Subscription:
    """Mirror a subscription of a company: EUR 49.00 a month, the next on 20 January."""
    order = builders.order(ada, builders.connection(shop), title="Studio")
    next_at = datetime(2027, 1, 20, 11, tzinfo=UTC)
    return builders.subscription(
        order, **({"started_at": next_at - timedelta(days=400), "next_payment_at": next_at} | given)
    )
