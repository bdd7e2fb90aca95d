"""What can be chosen when a payment is tried again: the payment as it stands, and the methods that may pay it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.refused import NoMethod, RetryRefused
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.contract import Capability
from paydesk.gateways.registry import GatewayMissing
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight

_RETRYABLE = {Payment.State.DUE, Payment.State.FAILED}
#: What a payment's capabilities have when it can be asked for now.
ASKED_FOR = frozenset({Capability.RETRY_COLLECTIBLE.value, Capability.CHARGE_OFF_SESSION.value})


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """The method that will pay; without an id it is the one that the company has on file."""

    method_id: int | None = None
    reference: str = ""
    brand: str = ""
    last_four: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryChoices:
    """What the pay page shows. `refusal` is why it cannot be paid now, in words for the customer."""

    payment: Payment
    refusal: str | None
    methods: Sequence[PaymentMethod]
    can_add_method: bool
    open_attempt: Attempt | None


def retry_choices(*, merchant: MerchantInSight, customer_id: int, payment_public_id: str) -> RetryChoices:
    """Say how a payment may be tried again; raises Payment.DoesNotExist. Asks no network."""
    payment = payment_of(merchant_id=merchant.id, customer_id=customer_id, public_id=payment_public_id)
    open_attempt = open_attempt_of(payment)
    offered = _offered(payment, merchant)
    return RetryChoices(
        payment=payment,
        refusal=refusal(
            state=payment.state,
            has_open_attempt=open_attempt is not None and open_attempt.state != Attempt.State.NEEDS_CUSTOMER,
            is_waiting=open_attempt is not None,
            can_retry=offered is not None and can_be_asked_for(payment, payment.connection.removed_at),
            is_early=is_early(payment, merchant),
            is_moving=is_moving(payment),
        ),
        methods=usable_methods(payment),
        can_add_method=offered is not None and Capability.SET_UP_METHOD in offered,
        open_attempt=open_attempt,
    )


def refusal(
    *,
    state: str,
    has_open_attempt: bool,
    can_retry: bool,
    is_waiting: bool = False,
    is_early: bool = False,
    is_moving: bool = False,
) -> str | None:
    """Say why a payment may not be tried again, or None. `is_waiting`: for the customer's own confirmation.

    `is_early`: it is still to come, and may be paid before its day. `is_moving`: its agreement is, this moment, to
    another way of paying.
    """
    if has_open_attempt:
        return _("A payment is already on its way. You do not need to pay again.")
    if state == Payment.State.PAID:
        return _("This payment has already been made.")
    if state == Payment.State.COVERED:
        return _("This payment is made together with others. You do not need to pay it by itself.")
    if is_moving:
        return _("What it belongs to is being moved to another way of paying. Look again in a few minutes.")
    if state not in _RETRYABLE and not is_waiting and not is_early:
        return _("This payment is not open any more. Nothing is owed for it.")
    if not can_retry:
        return _("This payment cannot be made here. Please write to us, and we will help.")
    return None


def can_be_asked_for(payment: Payment, connection_removed_at: datetime | None) -> bool:
    """Say whether the company takes this payment now: its own bill, or a charge that Paydesk collects."""
    return connection_removed_at is None and not ASKED_FOR.isdisjoint(payment.capabilities)


def is_early(payment: Payment, merchant: MerchantInSight) -> bool:
    """Say whether it is still to come, and the merchant lets it be paid before its day."""
    is_coming = payment.is_ours and payment.state == Payment.State.SCHEDULED
    return is_coming and merchant.policies.pay_next and not ends_before(payment)


def is_moving(payment: Payment) -> bool:
    """Say whether its agreement is being moved to another way of paying: then nobody pays it by hand meanwhile."""
    return Subscription.objects.filter(
        merchant_id=payment.merchant_id, id=payment.subscription_id or 0, moving_since__isnull=False
    ).exists()


def ends_before(payment: Payment) -> bool:
    """Say whether its agreement, which is at hand, ends before its day: then it will not be charged."""
    agreement = payment.subscription
    return (
        agreement is not None
        and agreement.cancels_at is not None
        and payment.state == Payment.State.SCHEDULED
        and payment.due_at >= agreement.cancels_at
    )


def _offered(payment: Payment, merchant: MerchantInSight) -> frozenset[Capability] | None:
    """What the payment's connection can do; None when it was removed or its gateway is not installed."""
    if payment.connection.removed_at is not None:
        return None
    try:
        return connect(payment.connection, merchant=merchant).capabilities()
    except GatewayMissing:
        return None


def payment_of(*, merchant_id: int, customer_id: int, public_id: str) -> Payment:
    """Give a customer's own payment with its connection, or raise Payment.DoesNotExist."""
    return Payment.objects.select_related("connection", "subscription", "gateway_customer").get(
        merchant_id=merchant_id, customer_id=customer_id, public_id=public_id
    )


def open_attempt_of(payment: Payment) -> Attempt | None:
    """Give the attempt of ours that is on its way, if there is one."""
    return Attempt.objects.filter(
        merchant_id=payment.merchant_id,
        payment_id=payment.id,
        origin=Attempt.Origin.PAYDESK,
        state__in=Attempt.OPEN,
    ).first()


def usable_methods(payment: Payment) -> Sequence[PaymentMethod]:
    """List the customer's methods at the payment's own connection, the default first."""
    return list(_methods(payment).order_by("-is_default", "-id"))


def chosen_method(*, payment: Payment, method_public_id: str) -> Chosen:
    """Give the method with that id, or the one on file for an empty id; raises RetryRefused."""
    if not method_public_id:
        return method_on_file(payment) if payment.is_ours else Chosen()
    method = _methods(payment).filter(public_id=method_public_id).first()
    if method is None:
        raise RetryRefused(_("This payment method is no longer there. Choose another one."))
    return _chosen(method)


def method_on_file(payment: Payment) -> Chosen:
    """Give what pays a payment of ours: its agreement's own method, else the customer's default at the company.

    Raises NoMethod when that is not there (any more): another one is never taken in its place.
    """
    own_id = payment.subscription.payment_method_id if payment.subscription else None
    wanted = {"id": own_id} if own_id else {"is_default": True}
    mine = PaymentMethod.objects.filter(
        merchant_id=payment.merchant_id,
        gateway_customer_id=payment.gateway_customer_id or 0,
        removed_at__isnull=True,
    )
    method = mine.filter(**wanted).first()
    if method is None:
        raise NoMethod(_("There is no payment method on file for this payment. Choose or add one."))
    return _chosen(method)


def _chosen(method: PaymentMethod) -> Chosen:
    return Chosen(
        method_id=method.id, reference=method.reference, brand=method.brand, last_four=method.last_four
    )


def _methods(payment: Payment) -> QuerySet[PaymentMethod]:
    return PaymentMethod.objects.filter(
        merchant_id=payment.merchant_id,
        customer_id=payment.customer_id or 0,
        gateway_customer_id=payment.gateway_customer_id or 0,
        removed_at__isnull=True,
    )
