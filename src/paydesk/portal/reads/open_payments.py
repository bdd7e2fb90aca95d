"""Read what a customer has yet to pay, each with the latest attempt at it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from paydesk.billing.payments.models import Attempt, Payment
from paydesk.database.compiled import CompiledQuery
from paydesk.gateways.contract import Capability

OPEN_STATES = (Payment.State.SCHEDULED, Payment.State.DUE, Payment.State.PROCESSING, Payment.State.FAILED)


class OpenPayment(NamedTuple):
    """A payment that is neither made nor given up."""

    id: int
    public_id: str
    title: str
    state: str
    amount_minor: int
    currency: str
    due_at: datetime
    next_attempt_at: datetime | None
    capabilities: list[str]
    connection_removed_at: datetime | None
    subscription_name: str | None
    payments_total: int | None

    @property
    def can_be_paid(self) -> bool:
        """Say whether the company that collects it takes a payment now."""
        return self.connection_removed_at is None and Capability.RETRY_COLLECTIBLE in self.capabilities


class LatestAttempt(NamedTuple):
    """The last try at an open payment."""

    payment_id: int
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


_PAYMENTS = CompiledQuery(
    build=lambda merchant_id, customer_id: (
        Payment.objects.filter(merchant_id=merchant_id, customer_id=customer_id, state__in=OPEN_STATES)
        .order_by("due_at", "id")
        .values_list(
            *OpenPayment._fields[:-3],
            "connection__removed_at",
            "subscription__name",
            "subscription__payments_total",
        )
    ),
    into=OpenPayment,
    slots={"merchant_id": int, "customer_id": int},
)
_ATTEMPTS = CompiledQuery(
    build=lambda merchant_id, customer_id: (
        Attempt.objects.filter(
            merchant_id=merchant_id,
            payment__merchant_id=merchant_id,
            payment__customer_id=customer_id,
            payment__state__in=OPEN_STATES,
        )
        .order_by("payment_id", "number")
        .values_list(*LatestAttempt._fields)
    ),
    into=LatestAttempt,
    slots={"merchant_id": int, "customer_id": int},
)


def open_payments(*, merchant_id: int, customer_id: int) -> list[tuple[OpenPayment, LatestAttempt | None]]:
    """Give what is open, the earliest first."""
    payments = _PAYMENTS.rows(merchant_id=merchant_id, customer_id=customer_id)
    if not payments:
        return []
    attempts = _ATTEMPTS.rows(merchant_id=merchant_id, customer_id=customer_id)
    latest = {attempt.payment_id: attempt for attempt in attempts}
    return [(payment, latest.get(payment.id)) for payment in payments]
