"""A charge for several payments comes to light after it was given up: what it paid is taken back, whoever holds it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Sum
from django.db.models.functions import Coalesce

from paydesk.billing.payments.charging.cover import COVERABLE, COVERABLE_THEN, hold_payments
from paydesk.billing.payments.locks import covered_once
from paydesk.billing.payments.models import Payment
from paydesk.billing.payments.restate import restate_payment
from paydesk.database.transactions import locked
from paydesk.kit.money import Money


def hold_again(*, covering: Payment, taken: Money, now: datetime) -> None:
    """Take back what a cover had let go of, since it was paid after all. All are locked with their agreements.

    `taken`: what the charge brought; `now` is wall time.
    """
    if taken.currency != covering.currency:
        return
    if taken.minor >= covering.amount_minor:
        _take_all_back(covering)
    else:
        _hold_for_the_rest(covering, now)


def holds_all(payment: Payment) -> bool:
    """Say whether all that a payment was made to pay is still to be paid by it: a late yes may have paid some of it."""
    if not payment.covered_references:
        return True
    held = Payment.objects.filter(merchant_id=payment.merchant_id, covered_by_id=payment.id)
    to_pay = held.exclude(state_before_cover=Payment.State.PAID)
    return to_pay.count() == len(payment.covered_references)


def _take_all_back(covering: Payment) -> None:
    """What was given up meanwhile was paid before, and what is on its way by itself or with others is not owed.

    Should that be made as well, it was paid twice, as what is paid by itself already. A person looks.
    """
    coverable = (*COVERABLE_THEN, Payment.State.PROCESSING)
    rows = list(locked(covered_once(covering).filter(state__in=coverable).order_by("id")))
    hold_payments(covering, [row.id for row in rows], coverable)
    rows += _taken_over(covering)
    waived_minor = _let_off(covering, rows)
    Payment.objects.filter(merchant_id=covering.merchant_id, id=covering.id).update(waived_minor=waived_minor)


def _hold_for_the_rest(covering: Payment, now: datetime) -> None:
    """A part was taken: what nobody else has paid or asked for is held, so that no more than the rest is charged."""
    rows = list(locked(covered_once(covering).filter(state__in=COVERABLE).order_by("id")))
    if not rows:
        return
    hold_payments(covering, [row.id for row in rows], COVERABLE)
    waived_minor = _let_off(covering, rows)
    covering.owed_minor = sum(row.owed_minor for row in rows) - waived_minor
    covering.covered_references = [row.reference for row in rows]
    restate_payment(
        payment=covering,
        state=Payment.State.DUE,
        now=now,
        is_news=False,
        owed_minor=covering.owed_minor,
        waived_minor=waived_minor,
        covered_references=covering.covered_references,
    )


def _let_off(covering: Payment, rows: Sequence[Payment]) -> int:
    """No more can be let off than the fees of those that it covers now; in minor units."""
    covering.waived_minor = min(covering.waived_minor, sum(row.fee_minor for row in rows))
    return covering.waived_minor


def _taken_over(covering: Payment) -> list[Payment]:
    """Take what another cover holds that is not made yet: whatever becomes of that one, it returns nothing of it."""
    held = covered_once(covering).filter(state=Payment.State.COVERED).exclude(covered_by=covering)
    # One that was charged by itself while it was held is paid by that.
    rows = list(held.exclude(state_before_cover=Payment.State.PAID))
    mine = Payment.objects.filter(merchant_id=covering.merchant_id)
    others = mine.filter(id__in={row.covered_by_id for row in rows}).exclude(state=Payment.State.PAID)
    taken: list[Payment] = []
    for other in locked(others.order_by("id")):
        theirs = [row for row in rows if row.covered_by_id == other.id]
        mine.filter(id__in=[row.id for row in theirs]).update(covered_by_id=covering.id)
        fees = mine.filter(covered_by_id=other.id).aggregate(minor=Coalesce(Sum("fee_minor"), 0))
        mine.filter(id=other.id).update(waived_minor=min(other.waived_minor, fees["minor"]))
        taken += theirs
    return taken
