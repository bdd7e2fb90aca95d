"""Translate Stripe's subscriptions. Since 2025-03-31.basil their period is on the items (`_subscription_item.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from paydesk.gateways.contract import Capability
from paydesk.gateways.records import SubscriptionRecord, SubscriptionState
from paydesk.gateways.stripe.amounts import from_stripe
from paydesk.gateways.stripe.methods import moment, moment_or_none, own_method, reference
from paydesk.gateways.stripe.requests import Json
from paydesk.kit.money import Money

_STATES = {
    "incomplete": SubscriptionState.INCOMPLETE,
    "incomplete_expired": SubscriptionState.CANCELED,
    "trialing": SubscriptionState.TRIALING,
    "active": SubscriptionState.ACTIVE,
    "past_due": SubscriptionState.PAST_DUE,
    "unpaid": SubscriptionState.UNPAID,
    "paused": SubscriptionState.PAUSED,
    "canceled": SubscriptionState.CANCELED,
}
_PAUSABLE = {SubscriptionState.TRIALING, SubscriptionState.ACTIVE}
_RUNNING = _PAUSABLE | {SubscriptionState.PAST_DUE}


def products_of(subscriptions: Sequence[Json]) -> set[str]:
    """Name the products that subscriptions are for. They are listed apart: expanding them would be a fifth level."""
    return {reference(item["price"]["product"]) for one in subscriptions for item in _items(one)}


def subscription_record(subscription: Json, names: Mapping[str, str]) -> SubscriptionRecord:
    """Read a subscription; `names` are those of its products. `method_reference` is its own method, or empty."""
    items, state, amount = _items(subscription), _state(subscription), _amount(subscription)
    period_end = min((item["current_period_end"] for item in items), default=None)
    cancels_at = subscription.get("cancel_at") or (subscription.get("cancel_at_period_end") and period_end)
    goes_on = state in _RUNNING and period_end and (not cancels_at or cancels_at > period_end)
    recurring = (items[0]["price"].get("recurring") if items else None) or {}
    pause = subscription.get("pause_collection") or {}
    return SubscriptionRecord(
        reference=subscription["id"],
        customer_reference=reference(subscription["customer"]),
        name=subscription.get("description") or _name(items, names),
        state=state,
        amount=amount,
        interval_unit=recurring.get("interval", "month"),
        interval_count=recurring.get("interval_count", 1),
        started_at=moment(subscription["start_date"]),
        next_payment_at=moment_or_none(period_end if goes_on else None),
        next_amount=amount if goes_on and _is_plain(subscription) else None,
        method_reference=own_method(subscription),
        cancels_at=moment_or_none(cancels_at if state != SubscriptionState.CANCELED else None),
        ended_at=moment_or_none(subscription.get("ended_at")),
        resumes_at=moment_or_none(pause.get("resumes_at")),
    )


def subscription_capabilities(record: SubscriptionRecord) -> frozenset[Capability]:
    """Say what can be done with a subscription as it stands."""
    if record.state in (SubscriptionState.CANCELED, SubscriptionState.COMPLETED):
        return frozenset()
    offered = {
        Capability.CANCEL_NOW,
        Capability.SET_SUBSCRIPTION_METHOD,
        Capability.UNDO_CANCEL if record.cancels_at else Capability.SCHEDULE_CANCEL,
    }
    if record.state == SubscriptionState.PAUSED:
        offered.add(Capability.RESUME)
    elif record.state in _PAUSABLE:
        offered.add(Capability.PAUSE)
    return frozenset(offered)


def _items(subscription: Json) -> Sequence[Json]:
    found: Sequence[Json] = subscription["items"]["data"]
    return found


def _state(subscription: Json) -> SubscriptionState:
    """A subscription whose collection is paused still says `active` or `trialing`; a debt goes before a pause."""
    state = _STATES[subscription["status"]]
    is_paused = subscription.get("pause_collection") and state in _PAUSABLE
    return SubscriptionState.PAUSED if is_paused else state


def _amount(subscription: Json) -> Money:
    """Add the items up. A price in tiers or by use has no fixed amount: it counts as nothing until it is invoiced."""
    amount = sum(
        (item["price"].get("unit_amount") or 0) * (item.get("quantity") or 0) for item in _items(subscription)
    )
    return from_stripe(amount, subscription["currency"])


def _is_plain(subscription: Json) -> bool:
    """Only without a discount, tax or measured use is the next amount the sum of the items."""
    measured = any(item["price"].get("unit_amount") is None for item in _items(subscription))
    taxed = (subscription.get("automatic_tax") or {}).get("enabled") or subscription.get("default_tax_rates")
    return not (measured or taxed or subscription.get("discounts"))


def _name(items: Sequence[Json], names: Mapping[str, str]) -> str:
    found = [
        names.get(reference(item["price"]["product"])) or item["price"].get("nickname") for item in items
    ]
    return " + ".join(dict.fromkeys(name for name in found if name))
