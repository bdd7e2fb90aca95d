"""Read what the books say of a customer's payments within a time, with what it was for. One trip to the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from paydesk.billing.ledger.models import LedgerEntry, LedgerLine
from paydesk.billing.payments.models import Dispute, Payment
from paydesk.billing.receipts.statements.kinds import KINDS
from paydesk.database.compiled import CompiledQuery, Value
from paydesk.database.together import Ask, rows_together


class Move(NamedTuple):
    """One entry of the books: money that moved, as a positive amount."""

    connection_id: int
    kind: str
    reference: str
    occurred_at: datetime
    payment_id: int
    amount_minor: int
    currency: str


class Bill(NamedTuple):
    """What a payment was for, with one of its receipts or notes; one row for each, and one row without any."""

    payment_id: int
    public_id: str
    title: str
    number: str
    amount_minor: int
    subscription_name: str | None
    receipt_kind: str | None
    receipt_number: int | None
    receipt_version: int | None
    refund_reference: str | None
    dispute_reference: str | None


class OpenDispute(NamedTuple):
    """A dispute that the bank has not decided yet."""

    connection_id: int
    reference: str


class Facts(NamedTuple):
    """All that a statement is made of."""

    moves: list[Move]
    bills: list[Bill]
    open_disputes: list[OpenDispute]


def facts_between(*, merchant_id: int, customer_id: int, since: datetime, until: datetime) -> Facts:
    """Give what moved from `since` until before `until`, in the order in which it moved."""
    mine: dict[str, Value] = {"merchant_id": merchant_id, "customer_id": customer_id}
    time: dict[str, Value] = {"since": since, "until": until}
    asks = [Ask(_MOVES, mine | time), Ask(_BILLS, mine | time), Ask(_OPEN_DISPUTES, mine)]
    return Facts(*rows_together(asks))


def lines_of_customer(slot: dict[str, Any]) -> QuerySet[LedgerLine, LedgerLine]:
    """Choose one line of each entry about the customer's payments: its debit, which is the amount that moved."""
    payments = Payment.objects.filter(merchant_id=slot["merchant_id"], customer_id=slot["customer_id"])
    return LedgerLine.objects.filter(
        merchant_id=slot["merchant_id"],
        amount_minor__gt=0,
        entry__merchant_id=slot["merchant_id"],
        entry__kind__in=KINDS,
        entry__payment_id__in=payments.values("id"),
    )


def _moves(**slot: Any) -> QuerySet[Any, Any]:
    lines = lines_of_customer(slot).filter(
        entry__occurred_at__gte=slot["since"], entry__occurred_at__lt=slot["until"]
    )
    return lines.order_by("entry__occurred_at", "entry_id").values_list(
        "entry__connection_id",
        "entry__kind",
        "entry__reference",
        "entry__occurred_at",
        "entry__payment_id",
        "amount_minor",
        "currency",
    )


def _bills(**slot: Any) -> QuerySet[Any, Any]:
    moved = LedgerEntry.objects.filter(
        merchant_id=slot["merchant_id"],
        payment_id=OuterRef("id"),
        occurred_at__gte=slot["since"],
        occurred_at__lt=slot["until"],
    )
    payments = Payment.objects.filter(
        Exists(moved), merchant_id=slot["merchant_id"], customer_id=slot["customer_id"]
    )
    return payments.values_list(
        "id",
        "public_id",
        "title",
        "number",
        "amount_minor",
        "subscription__name",
        "receipt__kind",
        "receipt__number",
        "receipt__version",
        "receipt__refund__reference",
        "receipt__dispute__reference",
    )


def _open_disputes(**slot: Any) -> QuerySet[Any, Any]:
    disputes = Dispute.objects.filter(
        merchant_id=slot["merchant_id"], state="open", payment__customer_id=slot["customer_id"]
    )
    return disputes.values_list("connection_id", "reference")


_WHOSE: dict[str, type] = {"merchant_id": int, "customer_id": int}
_WHEN: dict[str, type] = {"since": datetime, "until": datetime}
_MOVES = CompiledQuery(build=_moves, into=Move, slots=_WHOSE | _WHEN)
_BILLS = CompiledQuery(build=_bills, into=Bill, slots=_WHOSE | _WHEN)
_OPEN_DISPUTES = CompiledQuery(build=_open_disputes, into=OpenDispute, slots=_WHOSE)
