"""Say what pays what: each of a customer's records at a company, its methods, agreements and what is overdue there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.choices import ASKED_FOR
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.contract import Capability
from paydesk.gateways.records import SubscriptionState
from paydesk.gateways.registry import GatewayMissing
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight

#: One that has not begun yet (its first payment failed) has nothing to be charged but that payment.
NOT_RUNNING = [
    SubscriptionState.INCOMPLETE.value,
    SubscriptionState.CANCELED.value,
    SubscriptionState.COMPLETED.value,
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """A subscription that goes on, and the method that pays it: its own, else the account's default.

    `can_choose`: its company, or the merchant where Paydesk collects it, lets the customer choose a method for it.
    """

    subscription: Subscription
    paid_by: PaymentMethod | None
    has_its_own: bool
    can_choose: bool

    @property
    def is_ours(self) -> bool:
        """Say whether Paydesk collects it: then no company has to be asked what pays it."""
        return self.subscription.collected_by == Subscription.CollectedBy.PAYDESK


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """One of the customer's records at one connection, as it was last read (`observed_at`, wall time)."""

    owner: GatewayCustomer
    gateway_title: str
    offered: frozenset[Capability]
    methods: Sequence[PaymentMethod]
    agreements: Sequence[Agreement]
    overdue: Sequence[Payment]
    observed_at: datetime | None

    @property
    def default(self) -> PaymentMethod | None:
        return next((method for method in self.methods if method.is_default), None)

    @property
    def can_add(self) -> bool:
        return Capability.SET_UP_METHOD in self.offered

    @property
    def can_choose(self) -> bool:
        """Each subscription may have a method of its own, or some may: those that Paydesk collects."""
        is_chosen_here = any(one.is_ours and one.can_choose for one in self.agreements)
        return Capability.SET_SUBSCRIPTION_METHOD in self.offered or (bool(self.offered) and is_chosen_here)

    @property
    def can_set_default(self) -> bool:
        return Capability.SET_DEFAULT_METHOD in self.offered

    @property
    def can_remove(self) -> bool:
        return Capability.REMOVE_METHOD in self.offered


def what_pays_what(*, merchant: MerchantInSight, customer_id: int, now: datetime) -> Sequence[Account]:
    """Give every account of a customer, the oldest first. `now` is business time. Asks no network."""
    owners = GatewayCustomer.objects.filter(merchant_id=merchant.id, customer_id=customer_id)
    return accounts_of(
        merchant=merchant, owners=list(owners.select_related("connection").order_by("id")), now=now
    )


def accounts_of(
    *, merchant: MerchantInSight, owners: Sequence[GatewayCustomer], now: datetime
) -> Sequence[Account]:
    """Give the accounts of these records, each with its connection selected; three queries in all."""
    mine = {"merchant_id": merchant.id, "gateway_customer_id__in": [owner.id for owner in owners]}
    methods = list(PaymentMethod.objects.filter(**mine).order_by("-is_default", "-id"))
    subscriptions = list(
        Subscription.objects.filter(**mine).exclude(state__in=NOT_RUNNING).order_by("name", "id")
    )
    is_overdue = Q(state=Payment.State.FAILED) | Q(state=Payment.State.DUE, due_at__lte=now)
    bills = list(Payment.objects.filter(is_overdue, **mine).order_by("due_at", "id"))
    return [_account(merchant, owner, methods, subscriptions, bills) for owner in owners]


def _account(
    merchant: MerchantInSight,
    owner: GatewayCustomer,
    methods: Sequence[PaymentMethod],
    subscriptions: Sequence[Subscription],
    bills: Sequence[Payment],
) -> Account:
    by_id = {method.id: method for method in methods}
    here = [method for method in methods if method.gateway_customer_id == owner.id and not method.removed_at]
    default = next((method for method in here if method.is_default), None)
    title, offered = _offered(merchant, owner)
    return Account(
        owner=owner,
        gateway_title=title,
        offered=offered,
        methods=here,
        agreements=[
            Agreement(
                subscription=one,
                paid_by=by_id.get(one.payment_method_id or 0, default),
                has_its_own=one.payment_method_id is not None,
                can_choose=_can_choose(merchant, one),
            )
            for one in subscriptions
            if one.gateway_customer_id == owner.id
        ],
        overdue=[
            bill
            for bill in bills
            if bill.gateway_customer_id == owner.id and not ASKED_FOR.isdisjoint(bill.capabilities)
        ],
        observed_at=owner.methods_observed_at,
    )


def _can_choose(merchant: MerchantInSight, subscription: Subscription) -> bool:
    if subscription.collected_by == Subscription.CollectedBy.PAYDESK:
        return merchant.policies.change_method
    return Capability.SET_SUBSCRIPTION_METHOD in subscription.capabilities


def _offered(merchant: MerchantInSight, owner: GatewayCustomer) -> tuple[str, frozenset[Capability]]:
    """A connection that was removed, or whose gateway is not installed, offers nothing."""
    if owner.connection.removed_at is not None:
        return owner.connection.name, frozenset()
    try:
        gateway = connect(owner.connection, merchant=merchant)
    except GatewayMissing:
        return owner.connection.name, frozenset()
    return gateway.TITLE, gateway.capabilities()
