"""Tell a person of an attempt that cannot be settled by looking: what cannot be known, and what takes too long."""

from __future__ import annotations

from datetime import datetime, timedelta

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.open import open_concern
from paydesk.billing.concerns.resolve import resolve_quietly
from paydesk.billing.payments.models import Attempt
from paydesk.gateways.contract import Gateway
from paydesk.gateways.registry import GatewayMissing, find_gateway

#: Of the time for which a gateway remembers a key: nothing is asked again with that key afterwards (R5).
MEMORY_USED = 0.8
STUCK_AFTER = timedelta(hours=24)
_KINDS = (Concern.Kind.UNKNOWN_OUTCOME, Concern.Kind.STUCK)


def say_what_is_in_doubt(attempt: Attempt, *, is_answered: bool, now: datetime) -> None:
    """Open a concern when the company answers and does not know, or nothing was heard for a day.

    Call inside a transaction; `now` is wall time. One that a bank or the customer has yet to decide is no doubt.
    """
    kind = doubt_of(
        state=attempt.state,
        age=now - (attempt.submitted_at or attempt.created_at),
        memory=_memory(attempt),
        is_answered=is_answered,
        is_waiting=attempt.wait_until is not None and attempt.wait_until > now,
    )
    if kind is not None:
        doubt_attempt(attempt, kind=kind, now=now)


def doubt_attempt(attempt: Attempt, *, kind: Concern.Kind, now: datetime) -> Concern:
    """Open the concern about an attempt, which comes with its payment; `now` is wall time."""
    return open_concern(
        merchant_id=attempt.merchant_id,
        kind=kind,
        subject=subject_of(attempt),
        facts={
            "attempt": attempt.public_id,
            "payment": attempt.payment.public_id,
            "charge": attempt.reference or attempt.prepared_reference,
            "amount_minor": attempt.amount_minor,
            "currency": attempt.currency,
        },
        now=now,
    )


def doubt_of(
    *, state: str, age: timedelta, memory: timedelta, is_answered: bool, is_waiting: bool
) -> Concern.Kind | None:
    """Say which doubt it is, or None while looking may still settle it."""
    if is_waiting or state == Attempt.State.NEEDS_CUSTOMER:
        return None
    if is_answered and age >= memory * MEMORY_USED:
        return Concern.Kind.UNKNOWN_OUTCOME
    return Concern.Kind.STUCK if age >= STUCK_AFTER else None


def end_doubt(attempt: Attempt, now: datetime) -> None:
    """It is settled: whatever was asked about it needs nobody any more. `now` is wall time."""
    for kind in _KINDS:
        resolve_quietly(
            merchant_id=attempt.merchant_id,
            kind=kind,
            subject=subject_of(attempt),
            note=f"The attempt is {attempt.state}.",
            now=now,
        )


def subject_of(attempt: Attempt) -> str:
    """Name what such a concern is about."""
    return f"attempt:{attempt.public_id}"


def _memory(attempt: Attempt) -> timedelta:
    try:
        gateway: type[Gateway] = find_gateway(attempt.connection.gateway)
    except GatewayMissing:
        return STUCK_AFTER
    return gateway.KEY_MEMORY["charge"]
