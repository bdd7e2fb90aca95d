"""Translate PayPal's subscriptions, read with their plan (`fields=last_failed_payment,plan`).

PayPal keeps no customers: whoever agreed to a subscription is the customer of that one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from paydesk.gateways.contract import Capability
from paydesk.gateways.paypal.amounts import from_paypal
from paydesk.gateways.paypal.requests import Json, moment
from paydesk.gateways.paypal.subscriptions.arrears import Rhythm
from paydesk.gateways.paypal.vault import method_of
from paydesk.gateways.records import (
    CustomerRecord,
    MethodRecord,
    SubscriptionRecord,
    SubscriptionState,
)
from paydesk.kit.money import Money, exponent

_WAITING = {"APPROVAL_PENDING", "APPROVED"}
_ENDED = {"CANCELLED": SubscriptionState.CANCELED, "EXPIRED": SubscriptionState.COMPLETED}
RUNNING = {SubscriptionState.TRIALING, SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE}
_ALWAYS = (Capability.KNOWN_AMOUNTS, Capability.CANCEL_NOW)
_CAN = {
    **dict.fromkeys(RUNNING, (*_ALWAYS, Capability.PAUSE)),
    SubscriptionState.PAUSED: (*_ALWAYS, Capability.RESUME),
    SubscriptionState.UNPAID: _ALWAYS,
}
_REGULAR, _TRIAL = "REGULAR", "TRIAL"
_MANAGED = "https://www.paypal.com/myaccount/autopay/connect/"
_MANAGED_IN_SANDBOX = "https://www.sandbox.paypal.com/myaccount/autopay/connect/"


def customer_record(subscription: Json) -> CustomerRecord:
    """Read who agreed to a subscription."""
    subscriber = subscription.get("subscriber") or {}
    return CustomerRecord(
        reference=subscription["id"],
        email=subscriber.get("email_address") or "",
        name=name_of(subscriber.get("name") or {}),
        created_at=_moment(subscription.get("create_time")),
    )


def name_of(name: Json) -> str:
    """Put a name together as PayPal keeps it, in parts or whole."""
    parts = " ".join(filter(None, (name.get("given_name"), name.get("surname"))))
    return str(name.get("full_name") or parts or name.get("alternate_full_name") or "")


def method_record(subscription: Json) -> MethodRecord:
    """Read what pays a subscription: a card, or the customer's wallet, of which PayPal says no more."""
    card = ((subscription.get("subscriber") or {}).get("payment_source") or {}).get("card")
    found = method_of({"card": card} if card else {"paypal": {}}, reference=method_name(subscription))
    return replace(found, is_default=True)


def method_name(subscription: Json) -> str:
    """Name what pays a subscription; it has no name of its own at PayPal."""
    return f"{subscription['id']}:method"


def subscription_record(subscription: Json, *, in_sandbox: bool) -> SubscriptionRecord:
    """Read a subscription. `payments_made` has every cycle that is completed, as if none was in arrears."""
    state, regular = _state(subscription), _cycle(subscription, _REGULAR)
    billing, ends = billing_of(subscription), subscription["status"] in _ENDED
    rhythm, amount = rhythm_of(subscription), _price(subscription, regular)
    next_at = _moment(billing.get("next_billing_time")) if state in RUNNING else None
    total = _total(subscription)
    return SubscriptionRecord(
        reference=subscription["id"],
        customer_reference=subscription["id"],
        name=title_of(subscription),
        state=state,
        amount=amount,
        interval_unit=rhythm.unit,
        interval_count=rhythm.count,
        started_at=moment(subscription.get("start_time") or subscription["create_time"]),
        payments_total=total,
        payments_made=sum(one["cycles_completed"] for one in _paid_executions(subscription)) if total else 0,
        next_payment_at=next_at,
        next_amount=_next_amount(subscription) if next_at else None,
        method_reference=method_name(subscription),
        ended_at=_moment(subscription.get("status_update_time")) if ends else None,
        trial_ends_at=_trial_ends_at(subscription) if state == SubscriptionState.TRIALING else None,
        manage_url=f"{_MANAGED_IN_SANDBOX if in_sandbox else _MANAGED}{subscription['id']}",
    )


def subscription_capabilities(record: SubscriptionRecord) -> frozenset[Capability]:
    """Say what can be done with a subscription: PayPal suspends, cancels what is active or suspended, and no other.

    What stopped at its threshold of failures is not activated again before it is paid (`subscriptions.activate-422`).
    """
    return frozenset(_CAN.get(record.state, ()))


def title_of(subscription: Json) -> str:
    plan = subscription.get("plan") or {}
    return str(plan.get("name") or plan.get("description") or subscription.get("plan_id") or "")


def rhythm_of(subscription: Json) -> Rhythm:
    """Say how often it is billed, and whether a bill asks for what is outstanding too; it does unless told not to."""
    unit, count = _every(_cycle(subscription, _REGULAR))
    asks_for_all = _preferences(subscription).get("auto_bill_outstanding", True)
    return Rhythm(unit=unit, count=count, bills_outstanding=asks_for_all)


def currency_of(subscription: Json) -> str:
    """Name the one currency of a subscription, by its balance or its price."""
    price = (_cycle(subscription, _REGULAR).get("pricing_scheme") or {}).get("fixed_price")
    said = billing_of(subscription).get("outstanding_balance") or price
    return str((said or _tiers(_cycle(subscription, _REGULAR))[0]["amount"])["currency_code"])


def outstanding_of(subscription: Json) -> Money:
    """Read what can be captured now. One that was cancelled can be asked for nothing any more (`capture-422`)."""
    balance = billing_of(subscription).get("outstanding_balance")
    if not balance or subscription["status"] == "CANCELLED":
        return Money(0, currency_of(subscription))
    return from_paypal(balance)


def is_being_tried(subscription: Json) -> bool:
    """Say whether PayPal is going to try a failed payment again by itself, before it is added to the balance."""
    billing = billing_of(subscription)
    failed, paid = billing.get("last_failed_payment"), billing.get("last_payment")
    if subscription["status"] != "ACTIVE" or not failed or not failed.get("next_payment_retry_time"):
        return False
    # What was captured meanwhile may have been an older balance.
    tried_at = moment(failed["next_payment_retry_time"])
    return tried_at > max(moment(one["time"]) for one in (failed, paid) if one)


def retried_at(subscription: Json) -> datetime | None:
    """Say when PayPal tries again: by itself, or with the next bill, if that asks for what is outstanding."""
    if is_being_tried(subscription):
        return moment(billing_of(subscription)["last_failed_payment"]["next_payment_retry_time"])
    if subscription["status"] == "ACTIVE" and rhythm_of(subscription).bills_outstanding:
        return _moment(billing_of(subscription).get("next_billing_time"))
    return None


def _state(subscription: Json) -> SubscriptionState:
    """A debt goes before all else that runs; what PayPal suspended for too many failures is unpaid, not paused."""
    status = subscription["status"]
    if status in _WAITING:
        return SubscriptionState.INCOMPLETE
    if status in _ENDED:
        return _ENDED[status]
    owes = bool(outstanding_of(subscription))
    if status == "SUSPENDED":
        is_stopped = owes and _is_at_threshold(subscription)
        return SubscriptionState.UNPAID if is_stopped else SubscriptionState.PAUSED
    if owes or is_being_tried(subscription):
        return SubscriptionState.PAST_DUE
    return SubscriptionState.TRIALING if _is_on_trial(subscription) else SubscriptionState.ACTIVE


def _is_at_threshold(subscription: Json) -> bool:
    threshold = _preferences(subscription).get("payment_failure_threshold") or 0
    return bool(0 < threshold <= billing_of(subscription).get("failed_payments_count", 0))


def _is_on_trial(subscription: Json) -> bool:
    """The last cycle of a trial counts as completed while it runs; it is over with the first regular one."""
    done = {one["tenure_type"]: one["cycles_completed"] for one in _executions(subscription)}
    return _TRIAL in done and not done.get(_REGULAR)


def _trial_ends_at(subscription: Json) -> datetime | None:
    ends_at = _moment(billing_of(subscription).get("next_billing_time"))
    for one in _executions(subscription):
        left = one.get("cycles_remaining") or 0
        if ends_at and left and one["tenure_type"] == _TRIAL:
            unit, count = _every(_cycle(subscription, _TRIAL, one["sequence"]))
            ends_at = Rhythm(unit=unit, count=count, bills_outstanding=False).after(ends_at, left)
    return ends_at


def _next_amount(subscription: Json) -> Money:
    """Give what the next bill asks for: a cycle of a trial or a regular one, and what is outstanding."""
    trials = [one for one in _executions(subscription) if one["tenure_type"] == _TRIAL]
    ahead = [one["sequence"] for one in trials if one.get("cycles_remaining")]
    cycle = _cycle(subscription, _TRIAL, ahead[0]) if ahead else _cycle(subscription, _REGULAR)
    price = _price(subscription, cycle)
    return price + outstanding_of(subscription) if rhythm_of(subscription).bills_outstanding else price


def _total(subscription: Json) -> int | None:
    """Count the payments of a plan that ends: its paid trials and its regular cycles; None for one that does not."""
    regular = _cycle(subscription, _REGULAR).get("total_cycles", 1)
    if not regular:
        return None
    trials = [
        one for one in _cycles(subscription) if one["tenure_type"] == _TRIAL and one.get("pricing_scheme")
    ]
    return int(regular + sum(one.get("total_cycles", 1) for one in trials))


def _paid_executions(subscription: Json) -> list[Json]:
    free = [one["sequence"] for one in _cycles(subscription) if not one.get("pricing_scheme")]
    return [one for one in _executions(subscription) if one["sequence"] not in free]


def _price(subscription: Json, cycle: Json) -> Money:
    """Say what a cycle costs: its price for the quantity, shipping, and a tax that is not in the price already."""
    currency = currency_of(subscription)
    quantity = Decimal(subscription.get("quantity") or 1)
    value = _value(cycle, quantity)
    taxes = (subscription.get("plan") or {}).get("taxes") or {}
    if taxes and not taxes.get("inclusive", True):
        value += value * Decimal(taxes["percentage"]) / 100
    shipping = subscription.get("shipping_amount")
    value += Decimal(shipping["value"]) if shipping else 0
    return Money(int(value.scaleb(exponent(currency)).to_integral_value(ROUND_HALF_UP)), currency)


def _value(cycle: Json, quantity: Decimal) -> Decimal:
    """Reckon a fixed price for each piece, or tiers: the one of the volume for all, or each for its own share."""
    scheme = cycle.get("pricing_scheme") or {}
    if fixed := scheme.get("fixed_price"):
        return Decimal(fixed["value"]) * quantity
    value, below = Decimal(0), Decimal(0)
    for tier in _tiers(cycle):
        last = Decimal(tier.get("ending_quantity") or quantity)
        price = Decimal(tier["amount"]["value"])
        if scheme.get("pricing_model") == "TIERED":
            value += price * max(Decimal(0), min(quantity, last) - below)
            below = last
        elif Decimal(tier["starting_quantity"]) <= quantity <= last:
            return price * quantity
    return value


def _tiers(cycle: Json) -> Sequence[Json]:
    found: Sequence[Json] = (cycle.get("pricing_scheme") or {}).get("tiers") or ()
    return found


def _cycle(subscription: Json, tenure: str, sequence: int | None = None) -> Json:
    found = [one for one in _cycles(subscription) if one["tenure_type"] == tenure]
    return next((one for one in found if sequence in (None, one["sequence"])), {})


def _cycles(subscription: Json) -> Sequence[Json]:
    found: Sequence[Json] = (subscription.get("plan") or {}).get("billing_cycles") or ()
    return found


def _executions(subscription: Json) -> list[Json]:
    found: Sequence[Json] = billing_of(subscription).get("cycle_executions") or ()
    return sorted(found, key=lambda one: int(one["sequence"]))


def _every(cycle: Json) -> tuple[str, int]:
    frequency = cycle.get("frequency") or {}
    return (frequency.get("interval_unit") or "MONTH").lower(), max(1, frequency.get("interval_count") or 1)


def _preferences(subscription: Json) -> Json:
    return (subscription.get("plan") or {}).get("payment_preferences") or {}


def billing_of(subscription: Json) -> dict[str, Any]:
    return dict(subscription.get("billing_info") or {})


def _moment(text: str | None) -> datetime | None:
    return moment(text) if text else None
