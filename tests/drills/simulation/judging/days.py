"""Judge the days: every date is reckoned here once more, by another way, and nothing was charged before its day."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.subscriptions.models import Subscription

if TYPE_CHECKING:
    from tests.drills.simulation.judging.judge import Books


_MADE = (Payment.State.PAID, Payment.State.COVERED)
#: No pause puts anything off by more intervals.
_BACK_MOST = 60


def judge_days(books: Books) -> Iterator[str]:
    """R10, I15: days are anchored, and the charge run comes on the day or after it."""
    zone = ZoneInfo(books.world.zone)
    for payment in books.payments.values():
        agreement = books.agreements.get(payment.subscription_id or 0)
        if payment.position is None or agreement is None or payment.due_date is None:
            continue
        # A pause puts off what comes after it by whole intervals. What was made meanwhile keeps its day, though the
        # rest of it come back.
        most = agreement.shifted_count + (_BACK_MOST if payment.state in _MADE else 0)
        days = [_day(agreement, payment, shifted) for shifted in range(most + 1)]
        if payment.planned_date not in days:
            yield f"{agreement.name} no. {payment.position} is planned for {payment.planned_date}, not {days}"
        begins = payment.due_at.astimezone(zone)
        if begins.date() != payment.due_date:
            yield f"{agreement.name} no. {payment.position}: {payment.due_date} begins at {begins}"
    for attempt in books.attempts:
        payment = books.payments[attempt.payment_id]
        due_date, agreement = payment.due_date, books.agreements.get(payment.subscription_id or 0)
        # Who had asked for what is found again after a restore is lost, and then it is nobody.
        is_by_itself = attempt.asked_by == Attempt.AskedBy.ENGINE and not books.world.restored_count
        ended_at = agreement.ended_at if agreement and agreement.state == "canceled" else None
        if is_by_itself and ended_at is not None and attempt.created_at > ended_at:
            yield f"a payment of {due_date} was asked for after its agreement ended"
        asked_on = attempt.created_at.astimezone(zone).date()
        skipped_at = books.world.skipped.get(payment.reference)
        if skipped_at is not None and attempt.created_at > skipped_at:
            yield f"a payment of {due_date} was asked for though it is skipped"
        if is_by_itself and due_date is not None and asked_on < due_date:
            yield f"a payment of {due_date} was asked for on {asked_on}"


def _day(agreement: Subscription, payment: Payment, shifted_count: int) -> date:
    """Count from the anchor; a deposit is paid on a day of its own."""
    if agreement.anchor_date is None or payment.position is None:
        raise AssertionError("an agreement of ours has an anchor")
    number = payment.position - 1
    if agreement.deposit_minor:
        if number == 0:
            return payment.planned_date or agreement.anchor_date
        number -= 1
    number = (number + shifted_count) * agreement.interval_count
    if agreement.interval_unit in ("day", "week"):
        return agreement.anchor_date + timedelta(
            days=number * (7 if agreement.interval_unit == "week" else 1)
        )
    months = agreement.anchor_date.month - 1 + number * (12 if agreement.interval_unit == "year" else 1)
    year, month = agreement.anchor_date.year + months // 12, months % 12 + 1
    return date(year, month, min(agreement.anchor_date.day, monthrange(year, month)[1]))
