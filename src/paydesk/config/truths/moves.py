"""Truths about moves: a period is paid on one side, one side collects, and no move is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet

from paydesk.billing.arrangements.moving.doubts import bills_on_both_sides
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.concerns.models import Concern
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.gateways.records import SubscriptionState
from paydesk.merchants.find import MerchantInSight

State = Move.State
_NOT_BEGUN = [SubscriptionState.INCOMPLETE.value, SubscriptionState.CANCELED.value]


def paid_on_one_side(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """M01: what the first payment of a moved agreement took over, the old company did not take, but for told doubts."""
    done = _moves(merchant).filter(state=State.DONE, target__isnull=False, paid_at__isnull=False)
    told = set(
        Concern.objects.filter(merchant_id=merchant.id, kind=Concern.Kind.BOTH_SIDES).values_list(
            "subject", flat=True
        )
    )
    for move in done:
        for bill in bills_on_both_sides(move):
            if bill.paid_minor and f"payment:{bill.public_id}" not in told:
                yield f"payment {bill.public_id} was made at the old company, and by move {move.public_id}"


def collected_on_one_side(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """M02: while the old one goes on nothing is charged for the new one, and the other way round."""
    both = _moves(merchant).filter(state=State.DONE, target__isnull=False).exclude(source__state__in=ENDED)
    for public_id in both.values_list("public_id", flat=True):
        yield f"move {public_id} is done, and the old agreement goes on"
    early = _moves(merchant).filter(state__in=[State.WAITING, State.FENCING, State.UNDONE, State.DROPPED])
    begun = early.filter(target__isnull=False).exclude(target__state__in=_NOT_BEGUN)
    for public_id in begun.values_list("public_id", flat=True):
        yield f"the agreement of move {public_id} has begun, and the old one goes on"
    paid = Payment.objects.filter(
        merchant_id=merchant.id,
        state=Payment.State.PAID,
        subscription__in=early.filter(state__in=[State.UNDONE, State.DROPPED]).values("target_id"),
        contradicted_at__isnull=True,
    )
    for public_id in paid.values_list("public_id", flat=True):
        yield f"payment {public_id} is of a move that came to nothing, and was made"


def moves_are_looked_at(merchant: MerchantInSight, _now: datetime) -> Iterator[str]:
    """M03: a move that is under way is worked off, and what is held for it is held for a move."""
    forgotten = _moves(merchant).filter(
        Q(due_at__isnull=True) | Q(dead_at__isnull=False), state__in=Move.OPEN
    )
    for public_id in forgotten.values_list("public_id", flat=True):
        yield f"move {public_id} is under way, and nobody looks at it"
    acting = _moves(merchant).filter(state__in=Move.ACTING)
    held = Subscription.objects.filter(merchant_id=merchant.id, moving_since__isnull=False)
    alone = held.exclude(id__in=acting.values("source_id")).exclude(id__in=acting.values("target_id"))
    for public_id in alone.values_list("public_id", flat=True):
        yield f"agreement {public_id} is held for a move, and there is none"


def _moves(merchant: MerchantInSight) -> QuerySet[Move]:
    return Move.objects.filter(merchant_id=merchant.id)
