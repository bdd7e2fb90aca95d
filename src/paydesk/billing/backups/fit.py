"""Say whether a method could pay as the backup of an agreement, and if not, why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.contract import Capability
from paydesk.gateways.registry import GatewayMissing
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight

#: What a company has to offer, one or the other, for a method at it to be any backup at all.
PAYS = frozenset({Capability.CHARGE_OFF_SESSION, Capability.RETRY_COLLECTIBLE})


class Unfit(StrEnum):
    """Why a method is no backup."""

    REMOVED = "removed"  # it was taken off
    EXPIRED = "expired"
    CLOSED = "closed"  # nothing can be charged to it from here
    PAYS_IT = "pays_it"  # it is what pays first
    ELSEWHERE = "elsewhere"  # another company collects, and would go on collecting


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What the rule asks of a method and of what it is to stand by for."""

    is_removed: bool
    is_expired: bool
    offered: frozenset[Capability]
    is_ours: bool
    is_same_account: bool
    pays_first: bool


def unfit(facts: Facts) -> Unfit | None:
    """Say why it is no backup, or None.

    What Paydesk collects can be paid through any company. A bill of a company's own can only be paid at that company:
    paid elsewhere it would stay open there, and be collected again.
    """
    if facts.is_removed:
        return Unfit.REMOVED
    if facts.is_expired:
        return Unfit.EXPIRED
    if not facts.is_ours and not facts.is_same_account:
        return Unfit.ELSEWHERE
    needed = Capability.CHARGE_OFF_SESSION if facts.is_ours else Capability.RETRY_COLLECTIBLE
    if needed not in facts.offered:
        return Unfit.CLOSED
    return Unfit.PAYS_IT if facts.pays_first else None


def unfit_for(
    *,
    method: PaymentMethod,
    subscription: Subscription,
    pays_first_id: int | None,
    merchant: MerchantInSight,
    now: datetime,
) -> Unfit | None:
    """Ask the rule of a method that comes with its connection. Asks no network; `now` is business time."""
    return unfit(
        Facts(
            is_removed=method.removed_at is not None or method.customer_id != subscription.customer_id,
            is_expired=has_expired(method, merchant, now),
            offered=offered_at(method, merchant),
            is_ours=subscription.collected_by == Subscription.CollectedBy.PAYDESK,
            is_same_account=method.gateway_customer_id == subscription.gateway_customer_id,
            pays_first=method.id == pays_first_id,
        )
    )


def offered_at(method: PaymentMethod, merchant: MerchantInSight) -> frozenset[Capability]:
    """Give what its company can do here; nothing where the connection was closed or its gateway is not installed."""
    if method.connection.removed_at is not None:
        return frozenset()
    try:
        return connect(method.connection, merchant=merchant).capabilities()
    except GatewayMissing:
        return frozenset()


def has_expired(method: PaymentMethod, merchant: MerchantInSight, now: datetime) -> bool:
    """Say whether its last month is over at the merchant; `now` is business time."""
    today, year, month = (
        now.astimezone(ZoneInfo(merchant.time_zone)),
        method.expires_year,
        method.expires_month,
    )
    return bool(year and month and (year, month) < (today.year, today.month))


def pays_first(subscription: Subscription, *, bill_method_id: int | None = None) -> int | None:
    """Name the method (id) that pays it: what a bill of it names, its own, or the default of its account."""
    own = bill_method_id or subscription.payment_method_id
    default = PaymentMethod.objects.filter(
        merchant_id=subscription.merchant_id,
        gateway_customer_id=subscription.gateway_customer_id or 0,
        is_default=True,
    )
    return own or default.values_list("id", flat=True).first()
