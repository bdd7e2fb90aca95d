"""Read one payment whole: what it is for, every attempt, refund and dispute, and its receipt's number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from paydesk.billing.backups.models import BackupTry
from paydesk.billing.payments.choices import ASKED_FOR
from paydesk.billing.payments.models import Attempt, Dispute, Payment, Refund
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.compiled import CompiledQuery, Value
from paydesk.database.together import Ask, rows_together
from paydesk.gateways.contract import Capability


class PaymentFacts(NamedTuple):
    """The payment itself, with its order and subscription."""

    id: int
    public_id: str
    title: str
    number: str
    state: str
    amount_minor: int
    owed_minor: int
    paid_minor: int
    refunded_minor: int
    currency: str
    due_at: datetime
    paid_at: datetime | None
    settled_by: str
    next_attempt_at: datetime | None
    capabilities: list[str]
    collected_by: str
    position: int | None
    due_date: date | None
    planned_date: date | None
    fee_minor: int
    waived_minor: int
    observed_at: datetime
    connection_removed_at: datetime | None
    gateway: str
    connection_name: str
    order_public_id: str
    order_title: str
    order_number: str
    subscription_public_id: str | None
    subscription_name: str | None
    payments_total: int | None
    subscription_state: str | None
    covering_public_id: str | None
    covering_state: str | None
    covering_amount_minor: int | None
    covering_paid_at: datetime | None

    @property
    def is_ours(self) -> bool:
        """Say whether Paydesk collects it."""
        return self.collected_by == Subscription.CollectedBy.PAYDESK

    @property
    def is_coming(self) -> bool:
        """Say whether Paydesk will collect it on a day to come."""
        return self.is_ours and self.state == Payment.State.SCHEDULED

    @property
    def was_moved(self) -> bool:
        """Say whether somebody has moved it from the day that the schedule gave it."""
        return self.due_date != self.planned_date

    @property
    def paid_elsewhere(self) -> str | None:
        """Name the subscription with which what is owed can be taken to another method; None: it stays where it is."""
        return self.subscription_public_id if Capability.DEBT_ENDS.value in self.capabilities else None

    @property
    def is_taken(self) -> bool:
        """Say whether its company takes a payment now."""
        return self.connection_removed_at is None and not ASKED_FOR.isdisjoint(self.capabilities)

    @property
    def can_be_paid(self) -> bool:
        """Say whether it is open and its company takes a payment now."""
        return self.state in {Payment.State.DUE, Payment.State.FAILED} and self.is_taken

    @property
    def has_receipt(self) -> bool:
        """Say whether there is something to prove: an amount that was paid."""
        return self.state == Payment.State.PAID and self.amount_minor > 0

    @property
    def has_documents(self) -> bool:
        """Say whether its company has papers of its own for it."""
        return self.connection_removed_at is None and Capability.DOCUMENTS in self.capabilities


class PastAttempt(NamedTuple):
    """One try."""

    id: int
    number: int
    state: str
    origin: str
    asked_by: str
    amount_minor: int
    currency: str
    decline_reason: str
    method_brand: str
    method_last_four: str
    action_url: str
    wait_until: datetime | None
    created_at: datetime
    settled_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Say whether the bank's answer is still to come."""
        return self.state in Attempt.OPEN


class MoneyBack(NamedTuple):
    """A refund or a dispute."""

    state: str
    amount_minor: int
    currency: str
    created_at: datetime


class Covered(NamedTuple):
    """One of the payments that another one makes."""

    public_id: str
    title: str
    position: int
    amount_minor: int
    currency: str
    due_date: date
    payments_total: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class WholePayment:
    """Everything that the payment's page tells; attempts in order of time. `backups`: those at another company."""

    facts: PaymentFacts
    attempts: list[PastAttempt]
    refunds: list[MoneyBack]
    disputes: list[MoneyBack]
    covers: list[Covered]
    backups: list[PastAttempt]

    @property
    def tried_backups(self) -> list[PastAttempt]:
        """List what a backup was asked for, here or at another company."""
        here = [one for one in self.attempts if one.asked_by == Attempt.AskedBy.DUNNING]
        return [one for one in (*here, *self.backups) if one.state != Attempt.State.ABANDONED]

    @property
    def waiting(self) -> PastAttempt | None:
        """Give the attempt whose answer is still to come."""
        return next((attempt for attempt in reversed(self.attempts) if attempt.is_open), None)

    @property
    def is_paid_in_part(self) -> bool:
        """Say whether money has moved, and the payment is not made."""
        is_paid = self.facts.state == Payment.State.PAID
        return not is_paid and any(one.state == Attempt.State.SUCCEEDED for one in self.attempts)

    @property
    def latest(self) -> PastAttempt | None:
        """Give the last attempt."""
        return self.attempts[-1] if self.attempts else None


_FACTS = CompiledQuery(
    build=lambda merchant_id, customer_id, public_id: Payment.objects.filter(
        merchant_id=merchant_id, customer_id=customer_id, public_id=public_id
    ).values_list(
        *PaymentFacts._fields[: PaymentFacts._fields.index("connection_removed_at")],
        "connection__removed_at",
        "connection__gateway",
        "connection__name",
        "order__public_id",
        "order__title",
        "order__number",
        "subscription__public_id",
        "subscription__name",
        "subscription__payments_total",
        "subscription__state",
        "covered_by__public_id",
        "covered_by__state",
        "covered_by__amount_minor",
        "covered_by__paid_at",
    ),
    into=PaymentFacts,
    slots={"merchant_id": int, "customer_id": int, "public_id": str},
)


def _rows(table: type[Attempt] | type[Refund] | type[Dispute], columns: tuple[str, ...], order: str) -> Any:
    def build(merchant_id: int, payment_id: int) -> QuerySet[Any, Any]:
        rows: Any = table.objects.filter(merchant_id=merchant_id, payment_id=payment_id)
        return rows.order_by(order).values_list(*columns)  # type: ignore[no-any-return]

    return build


_SLOTS: dict[str, type] = {"merchant_id": int, "payment_id": int}
_ATTEMPTS = CompiledQuery(build=_rows(Attempt, PastAttempt._fields, "number"), into=PastAttempt, slots=_SLOTS)
_REFUNDS = CompiledQuery(build=_rows(Refund, MoneyBack._fields, "created_at"), into=MoneyBack, slots=_SLOTS)
_DISPUTES = CompiledQuery(build=_rows(Dispute, MoneyBack._fields, "created_at"), into=MoneyBack, slots=_SLOTS)
_COVERS = CompiledQuery(
    build=lambda merchant_id, payment_id: (
        Payment.objects.filter(merchant_id=merchant_id, covered_by_id=payment_id)
        .order_by("due_date", "id")
        .values_list(*Covered._fields[:-1], "subscription__payments_total")
    ),
    into=Covered,
    slots=_SLOTS,
)
_BACKUPS = CompiledQuery(
    build=lambda merchant_id, payment_id: (
        BackupTry.objects.filter(merchant_id=merchant_id, payment_id=payment_id, attempt__isnull=False)
        .exclude(attempt__payment_id=F("payment_id"))
        .values_list(*(f"attempt__{name}" for name in PastAttempt._fields))
    ),
    into=PastAttempt,
    slots=_SLOTS,
)


def whole_payment(*, merchant_id: int, customer_id: int, public_id: str) -> WholePayment | None:
    """Give one of the customer's own payments, or None."""
    facts = _FACTS.first(merchant_id=merchant_id, customer_id=customer_id, public_id=public_id)
    if facts is None:
        return None
    mine: dict[str, Value] = {"merchant_id": merchant_id, "payment_id": facts.id}
    asks = [Ask(query, mine) for query in (_ATTEMPTS, _REFUNDS, _DISPUTES, _COVERS, _BACKUPS)]
    attempts, refunds, disputes, covers, backups = rows_together(asks)
    if facts.state == Payment.State.CANCELED:
        # What somebody else still has an answer to come for is nothing that the customer waits for here.
        attempts = [one for one in attempts if not one.is_open or one.origin != Attempt.Origin.GATEWAY]
    return WholePayment(
        facts=facts, attempts=attempts, refunds=refunds, disputes=disputes, covers=covers, backups=backups
    )
