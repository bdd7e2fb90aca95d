"""What is to be agreed when Paydesk shall collect, and the row that comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.charging.plan_out import Planned
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.schedule import starts_at
from paydesk.gateways.records import SubscriptionState
from paydesk.kit import ids
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight


@dataclass(frozen=True, kw_only=True, slots=True)
class AgreementWanted:
    """What is agreed. With `payments_count` it is a payment plan: that many regular payments, besides the deposit.

    `price` is one payment of a subscription, or all that a plan's goods cost: the deposit is a part of it, the finance
    fee comes on top. `first_day` and `deposit_day` are local days of the merchant's zone; a trial goes on until
    `first_day`. `reference`: the merchant's own name for it, by which it is started once. `paid_before`: how many of a
    plan's payments, with the deposit, were made before Paydesk collected it.
    """

    owner: GatewayCustomer
    name: str
    price: Money
    interval_unit: str
    interval_count: int
    first_day: date
    payments_count: int | None = None
    deposit: Money | None = None
    deposit_day: date | None = None
    fee: Money | None = None
    has_trial: bool = False
    method: PaymentMethod | None = None
    reference: str = ""
    paid_before: int = 0


def agreement_row(
    *, merchant: MerchantInSight, wanted: AgreementWanted, planned: Sequence[Planned], now: datetime
) -> Subscription:
    """Give the row before it is written; the order is still missing. `now` is wall time."""
    connection, owner = wanted.owner.connection, wanted.owner
    uuid = uuid4()
    if wanted.reference:
        uuid = ids.agreement_uuid(connection=connection.uuid, reference=wanted.reference)
    fee = wanted.fee or Money(0, wanted.price.currency)
    is_plan = wanted.payments_count is not None
    regular = planned[1 if wanted.deposit else 0]
    return Subscription(
        merchant_id=merchant.id,
        connection_id=connection.id,
        customer_id=owner.customer_id,
        gateway_customer_id=owner.id,
        uuid=uuid,
        collected_by=Subscription.CollectedBy.PAYDESK,
        reference=wanted.reference or str(uuid),
        name=wanted.name[:200],
        state=(SubscriptionState.TRIALING if wanted.has_trial else SubscriptionState.ACTIVE).value,
        amount_minor=regular.amount_minor,
        currency=wanted.price.currency,
        interval_unit=wanted.interval_unit,
        interval_count=wanted.interval_count,
        payments_total=len(planned) if is_plan else None,
        total_minor=(wanted.price + fee).minor if is_plan else None,
        deposit_minor=wanted.deposit.minor if wanted.deposit else 0,
        fee_minor=fee.minor,
        anchor_date=wanted.first_day,
        payment_method_id=wanted.method.id if wanted.method else None,
        trial_ends_at=starts_at(wanted.first_day, zone=merchant.time_zone) if wanted.has_trial else None,
        started_at=merchant.business_now(),
        observed_at=now,
    )
