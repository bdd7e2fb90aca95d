"""Translate Stripe's subscriptions. Since 2025-03-31.basil their period is on the items (`_subscription_item.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from paydesk.gateways.contract import Capability
from paydesk.gateways.records import LineRecord, SubscriptionRecord, SubscriptionState
from paydesk.gateways.stripe.amounts import from_stripe
from paydesk.gateways.stripe.breakdown import coupon_of
from paydesk.gateways.stripe.methods import moment, moment_or_none, own_method, reference
from paydesk.gateways.stripe.requests import Json
from paydesk.kit.money import Money

STATES = {"incomplete_expired": SubscriptionState.CANCELED} | {
    name: SubscriptionState(name)
    for name in ("incomplete", "trialing", "active", "past_due", "unpaid", "paused", "canceled")
}
_PAUSABLE = {SubscriptionState.TRIALING, SubscriptionState.ACTIVE}
#: Coupons last for months: what is billed by days or weeks has none of ours.
MONTHS = {"month": 1, "year": 12}
_RUNNING = _PAUSABLE | {SubscriptionState.PAST_DUE}


def products_of(subscriptions: Sequence[Json]) -> set[str]:
    """Name the products that subscriptions are for. They are listed apart: expanding them would be a fifth level."""
    return {reference(item["price"]["product"]) for one in subscriptions for item in _items(one)}


def subscription_record(subscription: Json, names: Mapping[str, str]) -> SubscriptionRecord:
    """Read a subscription; `names` are those of its products. Items may differ in their interval: the next counts."""
    items, state = _items(subscription), _state(subscription)
    period_end = min((item["current_period_end"] for item in items), default=None)
    due = [item for item in items if item["current_period_end"] == period_end]
    cancels_at = subscription.get("cancel_at") or (subscription.get("cancel_at_period_end") and period_end)
    goes_on = state in _RUNNING and period_end and (not cancels_at or cancels_at > period_end)
    unit, count = _interval(due[0]) if due else ("month", 1)
    currency, is_trialing = subscription["currency"], subscription["status"] == "trialing"
    pause = subscription.get("pause_collection") or {}
    is_priced, discount = _is_priced(subscription), _discount(subscription)
    return SubscriptionRecord(
        reference=subscription["id"],
        customer_reference=reference(subscription["customer"]),
        name=subscription.get("description") or " + ".join(dict.fromkeys(_names(items, names))),
        state=state,
        amount=_amount([item for item in items if _interval(item) == (unit, count)], currency),
        interval_unit=unit,
        interval_count=count,
        started_at=moment(subscription["start_date"]),
        next_payment_at=moment_or_none(period_end if goes_on else None),
        next_amount=_amount(due, currency) if goes_on and is_priced and not discount else None,
        method_reference=own_method(subscription),
        cancels_at=moment_or_none(cancels_at if state != SubscriptionState.CANCELED else None),
        ended_at=moment_or_none(subscription.get("ended_at")),
        resumes_at=moment_or_none(pause.get("resumes_at")),
        trial_ends_at=moment_or_none(subscription.get("trial_end") if is_trialing else None),
        **discount,
        has_known_amounts=is_priced and _is_repeated(subscription, discount),
        lines=[_line(item, names, currency) for item in items] if len(items) > 1 else (),
    )


def subscription_capabilities(record: SubscriptionRecord) -> frozenset[Capability]:
    """Say what can be done with a subscription as it stands."""
    if record.state in (SubscriptionState.CANCELED, SubscriptionState.COMPLETED):
        return frozenset()
    later = Capability.UNDO_CANCEL if record.cancels_at else Capability.SCHEDULE_CANCEL
    offered = {
        Capability.CANCEL_NOW,
        later,
        *([Capability.KNOWN_AMOUNTS] if record.has_known_amounts else []),
    }
    if record.state != SubscriptionState.INCOMPLETE:
        # Until its first invoice is paid, its method cannot be changed (`stripe/_subscription.py`, `status`).
        offered.add(Capability.SET_SUBSCRIPTION_METHOD)
    if record.state == SubscriptionState.PAUSED:
        offered.add(Capability.RESUME)
    elif record.state in _PAUSABLE:
        offered |= {Capability.PAUSE, Capability.PAUSE_UNTIL}
    is_plain = record.interval_unit in MONTHS and not record.is_discounted
    if record.state in _RUNNING and is_plain and not record.cancels_at:
        offered.add(Capability.DISCOUNT)
    return frozenset(offered)


def _discount(subscription: Json) -> dict[str, Any]:
    """Say what is taken off, if anything: how much, and until when, is known of one coupon that is a share and lasts.

    One that is redeemed `once` says of no invoice that it is the one (`stripe/_discount.py`).
    """
    found = subscription.get("discounts") or []
    on_items = any(item.get("discounts") for item in _items(subscription))
    if not found and not on_items:
        return {}
    coupon = coupon_of(found[0]) if len(found) == 1 and not on_items else {}
    percent = Decimal(str(coupon.get("percent_off") or 0))
    if not percent or percent != int(percent) or coupon.get("duration") == "once":
        return {"is_discounted": True}
    ends_at = moment_or_none(found[0].get("end"))
    return {"is_discounted": True, "discount_percent": int(percent), "discount_ends_at": ends_at}


def _items(subscription: Json) -> Sequence[Json]:
    found: Sequence[Json] = subscription["items"]["data"]
    return found


def _state(subscription: Json) -> SubscriptionState:
    """A subscription whose collection is paused still says `active` or `trialing`; a debt goes before a pause."""
    state = STATES[subscription["status"]]
    is_paused = subscription.get("pause_collection") and state in _PAUSABLE
    return SubscriptionState.PAUSED if is_paused else state


def _interval(item: Json) -> tuple[str, int]:
    recurring = item["price"].get("recurring") or {}
    return recurring.get("interval", "month"), recurring.get("interval_count", 1)


def _amount(items: Sequence[Json], currency: str) -> Money:
    return from_stripe(sum(_fixed(item) or 0 for item in items), currency)


def _fixed(item: Json) -> int | None:
    """Say what an item costs, as Stripe writes amounts; None in tiers or by use, until it is invoiced.

    Packages and parts of a cent: `stripe/_price.py`, `transform_quantity` and `unit_amount_decimal`.
    """
    price, quantity = item["price"], Decimal(item.get("quantity") or 0)
    unit = price.get("unit_amount_decimal") or price.get("unit_amount")
    if unit is None or (price.get("recurring") or {}).get("usage_type") == "metered":
        return None
    if package := price.get("transform_quantity"):
        whole = ROUND_CEILING if package["round"] == "up" else ROUND_FLOOR
        quantity = (quantity / package["divide_by"]).to_integral_value(whole)
    return int((Decimal(str(unit)) * quantity).to_integral_value(ROUND_HALF_UP))


def _is_priced(subscription: Json) -> bool:
    """Only without tax and measured use is an invoice the sum of the items, less discounts."""
    taxed = (subscription.get("automatic_tax") or {}).get("enabled") or subscription.get("default_tax_rates")
    known = [_fixed(item) is not None and not item.get("tax_rates") for item in _items(subscription)]
    return not taxed and all(known)


def _is_repeated(subscription: Json, discount: Mapping[str, Any]) -> bool:
    """Say whether invoices to come are alike: in one interval, without phases, less a known share of one item."""
    items = _items(subscription)
    is_one = len({_interval(item) for item in items}) == 1 and not subscription.get("schedule")
    return is_one and (not discount or ("discount_percent" in discount and len(items) == 1))


def _names(items: Sequence[Json], names: Mapping[str, str]) -> Sequence[str]:
    found = [
        names.get(reference(item["price"]["product"])) or item["price"].get("nickname") for item in items
    ]
    return [name for name in found if name]


def _line(item: Json, names: Mapping[str, str], currency: str) -> LineRecord:
    return LineRecord(
        title=" ".join(_names([item], names)),
        amount=_amount([item], currency),
        quantity=item.get("quantity") or 1,
    )
