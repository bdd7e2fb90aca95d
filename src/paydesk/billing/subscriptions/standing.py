"""Say how an agreement that Paydesk collects stands, from its payments that are still open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from paydesk.gateways.records import SubscriptionState

ENDED = frozenset({SubscriptionState.CANCELED, SubscriptionState.COMPLETED})
#: No payment moves an agreement out of these: what was not begun is begun by a verb, whatever is heard of a payment.
_FIXED = ENDED | {SubscriptionState.INCOMPLETE, SubscriptionState.PAUSED}


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenPayment:
    """A payment that is neither made nor given up. `is_held`: another payment is on its way to cover it."""

    amount_minor: int
    due_at: datetime
    is_failed: bool
    is_coming: bool
    is_held: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What follows for the agreement."""

    state: SubscriptionState
    next_payment_at: datetime | None
    next_amount_minor: int | None


def standing_of(
    *,
    state: SubscriptionState,
    payments_total: int | None,
    payments_made: int,
    is_on_trial: bool,
    cancels_at: datetime | None = None,
    open_payments: Sequence[OpenPayment],
) -> Standing:
    """Give the state and what is next; `open_payments` in their order. `is_on_trial`: its trial is not over yet.

    What is due when it ends, or later, is not next any more.
    """
    coming = next((one for one in open_payments if one.is_coming), None)
    goes_on = state not in ENDED
    if coming is not None and cancels_at is not None and coming.due_at >= cancels_at:
        goes_on = False
    # A plan may be paid off while it pauses.
    is_paid_off = state == SubscriptionState.PAUSED and payments_made == payments_total
    return Standing(
        state=state
        if state in _FIXED and not is_paid_off
        else _running(payments_total, payments_made, is_on_trial, open_payments),
        next_payment_at=coming.due_at if coming and goes_on else None,
        next_amount_minor=coming.amount_minor if coming and goes_on else None,
    )


def _running(
    payments_total: int | None, payments_made: int, is_on_trial: bool, open_payments: Sequence[OpenPayment]
) -> SubscriptionState:
    if payments_total is not None and payments_made >= payments_total:
        return SubscriptionState.COMPLETED
    if any(one.is_failed for one in open_payments):
        return SubscriptionState.PAST_DUE
    return SubscriptionState.TRIALING if is_on_trial else SubscriptionState.ACTIVE
