"""List what is coming up: open payments with a date, and the next payment of each subscription."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from paydesk.gateways.records import SubscriptionState
from paydesk.portal.reads.agreements import Agreement
from paydesk.portal.reads.open_payments import OpenPayment

SHOWN_MAX = 5


class Coming(NamedTuple):
    """One payment to come. `page` and `public_id` say where it is shown."""

    when: datetime
    title: str
    amount_minor: int
    currency: str
    page: str
    public_id: str
    method_kind: str = ""
    method_brand: str = ""
    method_last_four: str = ""


def coming_up(
    payments: Iterable[OpenPayment], agreements: Sequence[Agreement], *, now: datetime
) -> list[Coming]:
    """Give the next few, the earliest first."""
    payments = list(payments)
    due = {payment.due_at for payment in payments if payment.is_ours}
    found = [
        Coming(
            payment.next_attempt_at or payment.due_at,
            payment.title,
            payment.owed_minor,
            payment.currency,
            "payment",
            payment.public_id,
        )
        for payment in payments
    ]
    found += [
        _of(agreement)
        for agreement in agreements
        if _goes_on(agreement, now) and not (agreement.is_ours and agreement.next_payment_at in due)
    ]
    return sorted(found)[:SHOWN_MAX]


def _goes_on(agreement: Agreement, now: datetime) -> bool:
    """A subscription that ends before its next date has no next payment, and neither has a company that left.

    A day of ours that has come stands there until it is charged.
    """
    when = agreement.next_payment_at
    if when is None or agreement.is_over or agreement.connection_removed_at is not None:
        return False
    if agreement.state == SubscriptionState.PAUSED or (when < now and not agreement.is_ours):
        return False
    return agreement.cancels_at is None or agreement.cancels_at > when


def _of(agreement: Agreement) -> Coming:
    assert agreement.next_payment_at is not None  # noqa: S101 - `_goes_on` has looked.
    return Coming(
        agreement.next_payment_at,
        agreement.name,
        agreement.next_minor,
        agreement.currency,
        "subscription",
        agreement.public_id,
        agreement.method_kind or "",
        agreement.method_brand or "",
        agreement.method_last_four or "",
    )
