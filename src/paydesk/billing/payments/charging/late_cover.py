"""A charge for several payments comes to light after it was given up: what it paid is taken back, whoever holds it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce

from paydesk.billing.payments.charging.cover import (
    COVERABLE,
    COVERABLE_THEN,
    agreements_by_id,
    breakdown_of_cover,
    hold_payments,
    let_be_made,
)
from paydesk.billing.payments.charging.follow import agreements_of, follow_payments
from paydesk.billing.payments.locks import covered_once, lock_payment
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.restate import restate_payment
from paydesk.database.transactions import locked
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight

#: Of a cover: a part was taken, and the customer has yet to pay the rest.
_WAITS = (Payment.State.DUE, Payment.State.FAILED)


def hold_again(*, covering: Payment, taken: Money, now: datetime) -> None:
    """Take back what a cover had let go of, since it was paid after all. All are locked with their agreements.

    What was given up meanwhile was paid before, and what is on its way by itself or with others is not owed: should
    that be made as well, it was paid twice, as what is paid by itself already. A person looks. Of a part, what was
    given up stays that, and the rest of the others is asked for. `taken`: what the charge brought; `now`: wall time.
    """
    if taken.currency != covering.currency:
        return
    if taken.minor >= covering.amount_minor:
        _hold(covering, (*COVERABLE_THEN, Payment.State.PROCESSING), now)
    elif rows := _hold(covering, (*COVERABLE, Payment.State.PROCESSING), now):
        _ask_for_the_rest(covering, rows, now, state=Payment.State.DUE)


def owed_by_rows(covering: Payment) -> int:
    """Give what a cover still has to ask for, by the rows that it holds; in minor units.

    Those that were charged by themselves meanwhile ask for nothing, and those that another took over are not there.
    """
    now = Payment.objects.get(merchant_id=covering.merchant_id, id=covering.id)
    held = _held(covering).aggregate(minor=Coalesce(Sum("owed_minor"), 0))
    owed_minor: int = held["minor"] - now.waived_minor - now.paid_minor
    return owed_minor


def reckon_rest(*, merchant: MerchantInSight, payment_id: int, now: datetime) -> None:
    """Ask for what is left, of a cover of which a part was taken: some of what it holds may be made by now.

    Call inside a transaction; `now` is wall time.
    """
    covering = lock_payment(merchant_id=merchant.id, payment_id=payment_id)
    if covering.state not in _WAITS:
        return
    agreements = agreements_of(covering)
    made = Payment.objects.filter(
        merchant_id=merchant.id, covered_by_id=covering.id, state_before_cover=Payment.State.PAID
    )
    let_be_made(locked(made.order_by("id")), now)
    _ask_for_the_rest(covering, list(_held(covering).order_by("id")), now, state=covering.state)
    for subscription_id in agreements:
        follow_payments(merchant=merchant, subscription_id=subscription_id, now=now)


def is_part_on_its_way(covering: Payment) -> bool:
    """Say whether an ask for some of what a cover holds has no answer yet: by itself, or with others."""
    if not covering.covered_references:
        return False
    mine = Payment.objects.filter(merchant_id=covering.merchant_id)
    by_itself = Attempt.objects.filter(
        merchant_id=covering.merchant_id,
        payment__in=mine.filter(covered_by_id=covering.id),
        origin=Attempt.Origin.PAYDESK,
        state__in=Attempt.OPEN,
    )
    together = mine.filter(
        customer_id=covering.customer_id or 0,
        collected_by=covering.collected_by,
        position__isnull=True,
        state=Payment.State.PROCESSING,
    ).exclude(id=covering.id)
    references = set(covering.covered_references)
    return by_itself.exists() or any(not references.isdisjoint(one.covered_references) for one in together)


def take_over(covering: Payment, now: datetime) -> list[Payment]:
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
        if other.state in _WAITS and not mine.filter(covered_by_id=other.id).exists():
            _ask_for_the_rest(other, [], now, state=other.state)
        waived_minor = _let_off(other, mine.filter(covered_by_id=other.id))
        mine.filter(id=other.id).update(waived_minor=waived_minor)
        taken += theirs
    return taken


def _hold(covering: Payment, coverable: Collection[str], now: datetime) -> list[Payment]:
    """Give what it holds now that is paid by nothing else."""
    rows = list(locked(covered_once(covering).filter(state__in=coverable).order_by("id")))
    hold_payments(covering, [row.id for row in rows], coverable)
    rows += take_over(covering, now)
    covering.waived_minor = _let_off(covering, rows)
    mine = Payment.objects.filter(merchant_id=covering.merchant_id, id=covering.id)
    mine.update(waived_minor=covering.waived_minor)
    return rows


def _ask_for_the_rest(covering: Payment, rows: Sequence[Payment], now: datetime, *, state: str) -> None:
    """What is held is all that it pays, of which a part was taken. Where nothing is left it asks for nothing."""
    if not rows:
        restate_payment(payment=covering, state=Payment.State.CANCELED, now=now, owed_minor=0)
        return
    waived_minor = _let_off(covering, rows)
    amount_minor = sum(row.owed_minor for row in rows) - waived_minor
    owed_minor = max(amount_minor - covering.paid_minor, 0)
    facts: dict[str, Any] = {
        "amount_minor": amount_minor,
        "waived_minor": waived_minor,
        "covered_references": [row.reference for row in rows],
        "breakdown": breakdown_of_cover(rows, agreements_by_id(rows), waived_minor=waived_minor),
        "owed_minor": owed_minor,
    }
    for name, fact in facts.items():
        setattr(covering, name, fact)
    if not owed_minor:
        state, facts = Payment.State.PAID, facts | {"paid_at": now, "settled_by": "attempt"}
    restate_payment(payment=covering, state=state, now=now, **facts)


def _let_off(covering: Payment, rows: Iterable[Payment]) -> int:
    """Give what is let off of these: of what it was, no more than their fees; in minor units."""
    return min(covering.waived_minor, sum(row.fee_minor for row in rows))


def _held(covering: Payment) -> QuerySet[Payment]:
    """Choose what it holds that was not charged by itself meanwhile."""
    held = Payment.objects.filter(merchant_id=covering.merchant_id, covered_by_id=covering.id)
    return held.exclude(state_before_cover=Payment.State.PAID)
