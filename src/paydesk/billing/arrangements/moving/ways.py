"""Say what may be moved, and to where, as its merchant allows and as it stands. Asks no company."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from paydesk.billing.arrangements.changes.ask_company import wait_for_change
from paydesk.billing.arrangements.changes.change import has_ended, wait_for_payment
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.arrangements.moving.old_one import choose_fence, has_needed
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.gateways.contract import Capability
from paydesk.gateways.records import SubscriptionState
from paydesk.gateways.registry import GatewayMissing
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from paydesk.merchants.policies import Policies

_ON_ITS_WAY = [Payment.State.PROCESSING, Payment.State.COVERED]


class Place(NamedTuple):
    """A connection to which something may be moved, and what it is called."""

    connection: Connection
    title: str
    can_add: bool


def refusal(agreement: Subscription, *, policies: Policies) -> str | None:
    """Say why a customer cannot move it, or None. `agreement` has its connection."""
    cannot = _("This cannot be moved right now. Please write to us.")
    if not policies.move_subscription:
        return _("This cannot be moved here. Please write to us.")
    if agreement.state in ENDED:
        return has_ended()
    if agreement.ends_at is not None:
        return _("It is about to end. Take that back first.")
    if agreement.moving_since is not None:
        return wait_for_change()
    if agreement.connection.removed_at is not None or agreement.state == SubscriptionState.INCOMPLETE:
        return cannot
    if agreement.collected_by == Subscription.CollectedBy.PAYDESK:
        return wait_for_payment() if _is_paid_right_now(agreement) else None
    can_hold = choose_fence(agreement, owes=False) or choose_fence(agreement, owes=True)
    return None if can_hold and has_needed(agreement) else cannot


def places_beside(*, merchant: MerchantInSight, connection_id: int) -> list[Place]:
    """List the merchant's other connections at which Paydesk can charge a saved method by itself."""
    mine = Connection.objects.filter(merchant_id=merchant.id, removed_at__isnull=True)
    places = []
    for connection in mine.exclude(id=connection_id).order_by("id"):
        try:
            gateway = connect(connection, merchant=merchant)
        except GatewayMissing:
            continue
        if Capability.CHARGE_OFF_SESSION in gateway.capabilities():
            can_add = Capability.SET_UP_METHOD in gateway.capabilities()
            places.append(Place(connection=connection, title=gateway.TITLE, can_add=can_add))
    return places


def methods_for(*, merchant: MerchantInSight, agreement: Subscription) -> Sequence[PaymentMethod]:
    """List the customer's methods there, the newest first."""
    places = places_beside(merchant=merchant, connection_id=agreement.connection_id)
    mine = PaymentMethod.objects.filter(
        merchant_id=merchant.id,
        customer_id=agreement.customer_id or 0,
        removed_at__isnull=True,
        connection_id__in=[place.connection.id for place in places],
    )
    return list(mine.select_related("connection", "gateway_customer__connection").order_by("-id"))


def open_move(*, merchant_id: int, subscription_id: int) -> Move | None:
    """Give the move of an agreement that is under way."""
    return Move.objects.filter(
        merchant_id=merchant_id, source_id=subscription_id, state__in=Move.OPEN
    ).first()


def _is_paid_right_now(agreement: Subscription) -> bool:
    return (
        Payment.objects.filter(
            merchant_id=agreement.merchant_id, subscription_id=agreement.id, state__in=_ON_ITS_WAY
        )
        .exclude(covered_by__state=Payment.State.PAID)
        .exists()
    )
