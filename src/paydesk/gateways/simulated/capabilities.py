"""What can be done with which object, as it stands."""

from __future__ import annotations

from paydesk.gateways import records
from paydesk.gateways.contract import Capability
from paydesk.gateways.records import CollectibleState, SubscriptionState

_OF_COLLECTING = (
    "retry_collectible debt_ends set_subscription_method cancel_now schedule_cancel undo_cancel"
    " pause pause_until resume discount known_amounts"
)
BILLING = frozenset(Capability)
VAULT = BILLING - {Capability(name) for name in _OF_COLLECTING.split()}

_NOT_IN_A_WALLET = frozenset({Capability.SET_SUBSCRIPTION_METHOD, Capability.SCHEDULE_CANCEL})
_OF_METHOD = frozenset({Capability.SET_DEFAULT_METHOD, Capability.REMOVE_METHOD})
_RENEWING = {SubscriptionState.TRIALING, SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE}
_ALWAYS = {Capability.CANCEL_NOW, Capability.SET_SUBSCRIPTION_METHOD}
_ENDED = {SubscriptionState.CANCELED, SubscriptionState.COMPLETED}


def of_object(
    subject: records.CollectibleRecord | records.SubscriptionRecord | records.MethodRecord,
) -> frozenset[Capability]:
    """Say what the company would do with this object."""
    if isinstance(subject, records.CollectibleRecord):
        return frozenset(_of_collectible(subject))
    if isinstance(subject, records.SubscriptionRecord):
        not_here = _NOT_IN_A_WALLET if subject.manage_url else frozenset()
        return frozenset(_of_subscription(subject)) - not_here
    return _OF_METHOD - {Capability.SET_DEFAULT_METHOD} if subject.is_default else _OF_METHOD


def _of_subscription(subscription: records.SubscriptionRecord) -> set[Capability]:
    """What has not ended can be cancelled; what renews can be paused, or cancelled for later."""
    if subscription.state in _ENDED:
        return set()
    is_known = subscription.discount_percent or not subscription.is_discounted
    can = _ALWAYS | ({Capability.KNOWN_AMOUNTS} if is_known else set())
    if subscription.cancels_at:
        return can | {Capability.UNDO_CANCEL}
    if subscription.state in _RENEWING and subscription.next_payment_at:
        is_full = subscription.payments_total is None and not subscription.is_discounted
        less = {Capability.DISCOUNT} if is_full else set()
        return can | {Capability.SCHEDULE_CANCEL, Capability.PAUSE, Capability.PAUSE_UNTIL} | less
    return can | {Capability.RESUME} if subscription.state == SubscriptionState.PAUSED else can


def _of_collectible(collectible: records.CollectibleRecord) -> set[Capability]:
    """An open bill can be paid now; what a charge has paid can be given back. Only bills have a number."""
    paid = collectible.state == CollectibleState.PAID
    can = {Capability.DOCUMENTS} if collectible.number or paid else set()
    if collectible.number and collectible.state in (CollectibleState.DUE, CollectibleState.FAILED):
        can |= {Capability.RETRY_COLLECTIBLE, *([Capability.DEBT_ENDS] if collectible.debt_ends else [])}
    given = sum(refund.amount.minor for refund in collectible.refunds if refund.state != "failed")
    if paid and collectible.settled_by == records.SettledBy.ATTEMPT and given < collectible.amount.minor:
        can.add(Capability.REFUND)
    return can
