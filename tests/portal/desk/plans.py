"""Agreements that Paydesk collects, as their customer finds them: nobody is asked for money."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from paydesk.billing.arrangements.start import AgreementWanted, start_agreement
from paydesk.billing.customers.models import Customer, GatewayCustomer
from paydesk.billing.orders.models import Order
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Connection
from paydesk.portal.words.dates import day
from tests import builders


def vault(shop: MerchantInSight) -> Connection:
    """Connect an account through which Paydesk collects by itself."""
    return builders.connection(shop, gateway="simulated-vault")


def today(shop: MerchantInSight) -> date:
    """Give the local day by the merchant's clock."""
    return clock.local_date(merchant_by_id(shop.id).business_now(), zone=shop.time_zone)


def agreement(who: Customer, account: Connection, price: Money, **given: Any) -> Subscription:
    """Start an agreement whose first payment is due in ten days, once a month, unless it is said otherwise."""
    merchant = merchant_by_id(who.merchant_id)
    wanted: dict[str, Any] = {
        "owner": _record(who, account),
        "name": "Kiln sharing",
        "price": price,
        "interval_unit": "month",
        "interval_count": 1,
        "first_day": today(merchant) + timedelta(days=10),
    }
    return start_agreement(
        merchant=merchant, wanted=AgreementWanted(**(wanted | given)), now=clock.wall_now()
    )


def plan(
    who: Customer, account: Connection, minor: int = 90000, count: int = 9, **given: Any
) -> Subscription:
    """Start a payment plan: EUR 900.00 in nine payments unless it is said otherwise."""
    price = Money(minor, given.pop("currency", "EUR"))
    return agreement(who, account, price, **({"name": "Espresso machine", "payments_count": count} | given))


def payments_of(of: Subscription) -> list[Payment]:
    """List the payments in the order of their numbers."""
    mine = Payment.objects.filter(merchant_id=of.merchant_id, subscription_id=of.id, position__isnull=False)
    return list(mine.order_by("position"))


def day_of(payment: Payment) -> str:
    """Write a payment's day as the page does."""
    assert payment.due_date
    return day(payment.due_date)


def put(payment: Payment, **facts: Any) -> None:
    """Let a payment stand otherwise."""
    Payment.objects.filter(merchant_id=payment.merchant_id, id=payment.id).update(**facts)


def cover(payments: list[Payment], *, state: str, **facts: Any) -> Payment:
    """Let one payment make these."""
    first = payments[0]
    minor = sum(one.amount_minor for one in payments)
    covering = builders.payment(
        Order.objects.get(merchant_id=first.merchant_id, id=first.order_id),
        minor,
        first.currency,
        **(
            {
                "state": state,
                "subscription_id": first.subscription_id,
                "collected_by": "paydesk",
                "due_at": builders.now(),
                "title": f"{len(payments)} payments of {first.title}",
                "number": "",
            }
            | facts
        ),
    )
    for one in payments:
        put(one, state="covered", covered_by=covering, state_before_cover="scheduled")
    return covering


def _record(who: Customer, account: Connection) -> GatewayCustomer:
    mine = GatewayCustomer.objects.filter(
        merchant_id=who.merchant_id, customer_id=who.id, connection_id=account.id
    )
    if not mine.exists():
        builders.owner(who, account)
    return mine.select_related("connection").get()
