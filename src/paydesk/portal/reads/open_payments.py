"""Read what a customer has yet to pay, each with the latest attempt at it.

What Paydesk will collect on a day to come is left out: its agreement says what is next, and a plan has hundreds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from paydesk.billing.payments.choices import ASKED_FOR
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.compiled import CompiledQuery
from paydesk.database.together import Ask
from paydesk.gateways.contract import Capability
from paydesk.portal.reads.history import IS_COMING

OPEN_STATES = (Payment.State.SCHEDULED, Payment.State.DUE, Payment.State.PROCESSING, Payment.State.FAILED)


class OpenPayment(NamedTuple):
    """A payment that is neither made nor given up."""

    id: int
    public_id: str
    title: str
    state: str
    owed_minor: int
    currency: str
    due_at: datetime
    next_attempt_at: datetime | None
    capabilities: list[str]
    collected_by: str
    position: int | None
    connection_removed_at: datetime | None
    subscription_name: str | None
    payments_total: int | None
    subscription_public_id: str | None

    @property
    def paid_elsewhere(self) -> str | None:
        """Name the subscription with which what is owed can be taken to another method; None: it stays where it is."""
        return self.subscription_public_id if Capability.DEBT_ENDS.value in self.capabilities else None

    @property
    def is_ours(self) -> bool:
        """Say whether Paydesk collects it."""
        return self.collected_by == Subscription.CollectedBy.PAYDESK

    @property
    def can_be_paid(self) -> bool:
        """Say whether the company that collects it takes a payment now."""
        return self.connection_removed_at is None and not ASKED_FOR.isdisjoint(self.capabilities)


class LatestAttempt(NamedTuple):
    """The last try at an open payment."""

    number: int
    state: str
    decline_reason: str
    method_brand: str
    method_last_four: str
    action_url: str
    created_at: datetime

    @property
    def is_open(self) -> bool:
        """Say whether the bank's answer is still to come."""
        return self.state in Attempt.OPEN

    @property
    def needs_customer(self) -> bool:
        """Say whether the bank waits for the customer to confirm."""
        return self.state == Attempt.State.NEEDS_CUSTOMER


class OpenRow(NamedTuple):
    """A payment beside one of its attempts, or beside nothing when there is none yet."""

    id: int
    public_id: str
    title: str
    state: str
    owed_minor: int
    currency: str
    due_at: datetime
    next_attempt_at: datetime | None
    capabilities: list[str]
    collected_by: str
    position: int | None
    connection_removed_at: datetime | None
    subscription_name: str | None
    payments_total: int | None
    subscription_public_id: str | None
    attempt_number: int | None
    attempt_state: str
    decline_reason: str
    method_brand: str
    method_last_four: str
    action_url: str
    attempt_created_at: datetime


_ROWS = CompiledQuery(
    build=lambda merchant_id, customer_id: (
        Payment.objects.filter(merchant_id=merchant_id, customer_id=customer_id, state__in=OPEN_STATES)
        .exclude(IS_COMING)
        .order_by("due_at", "id", "attempt__number")
        .values_list(
            *OpenPayment._fields[:-4],
            "connection__removed_at",
            "subscription__name",
            "subscription__payments_total",
            "subscription__public_id",
            "attempt__number",
            "attempt__state",
            "attempt__decline_reason",
            "attempt__method_brand",
            "attempt__method_last_four",
            "attempt__action_url",
            "attempt__created_at",
        )
    ),
    into=OpenRow,
    slots={"merchant_id": int, "customer_id": int},
)
_PAYMENT_COLUMNS = len(OpenPayment._fields)


def ask_open_payments(*, merchant_id: int, customer_id: int) -> Ask:
    """Ask for what is open; `latest_of` reads the answer."""
    return Ask(_ROWS, {"merchant_id": merchant_id, "customer_id": customer_id})


def latest_of(rows: Iterable[OpenRow]) -> list[tuple[OpenPayment, LatestAttempt | None]]:
    """Give each open payment with its last attempt, the earliest payment first."""
    found = {row.id: (OpenPayment._make(row[:_PAYMENT_COLUMNS]), _attempt(row)) for row in rows}
    return list(found.values())


def _attempt(row: OpenRow) -> LatestAttempt | None:
    return None if row.attempt_number is None else LatestAttempt._make(row[_PAYMENT_COLUMNS:])
