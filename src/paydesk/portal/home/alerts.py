"""Decide what needs the customer: which open payments, and what is to be done about each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from paydesk.billing.payments.models import Payment
from paydesk.portal.reads.open_payments import LatestAttempt, OpenPayment

#: How long the charge run is left to itself before a day that has come is said to be missed.
_RUN_TAKES = timedelta(days=1)


class Need(StrEnum):
    """What an alert asks for; CHECKING asks for nothing but says that we wait."""

    PAY = "pay"
    PAY_DUE = "pay_due"
    CONFIRM = "confirm"
    CHECKING = "checking"


class Alert(NamedTuple):
    """One card at the top of the overview."""

    need: Need
    payment: OpenPayment
    attempt: LatestAttempt | None


def alerts_of(found: Sequence[tuple[OpenPayment, LatestAttempt | None]], *, now: datetime) -> list[Alert]:
    """Give an alert for each payment that needs one: what the customer can do comes before what only waits."""
    alerts = [
        Alert(need, payment, attempt)
        for payment, attempt in found
        if (need := need_of(payment, attempt, now=now)) is not None
    ]
    return sorted(alerts, key=lambda alert: alert.need == Need.CHECKING)


def need_of(payment: OpenPayment, attempt: LatestAttempt | None, *, now: datetime) -> Need | None:
    """Say what an open payment needs, or None when it is only coming up."""
    if attempt is not None and attempt.is_open:
        return Need.CONFIRM if attempt.needs_customer and attempt.action_url else Need.CHECKING
    if payment.state == Payment.State.FAILED:
        return Need.PAY
    if payment.state == Payment.State.PROCESSING:
        return Need.CHECKING
    if payment.state == Payment.State.DUE and payment.next_attempt_at is None:
        return Need.PAY_DUE if payment.due_at <= now - _patience(payment) else None
    return None


def _patience(payment: OpenPayment) -> timedelta:
    """What Paydesk collects is charged by itself on its day; a bill of another waits for its customer."""
    return _RUN_TAKES if payment.is_ours else timedelta(0)
