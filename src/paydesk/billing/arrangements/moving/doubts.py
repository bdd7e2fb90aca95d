"""Tell a person of a period that was paid on both sides of a move."""

from __future__ import annotations

from datetime import datetime

from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.open import Facts, open_concern
from paydesk.billing.payments.models import Payment

_TAKEN = [Payment.State.PAID, Payment.State.PROCESSING]


def doubt_both_sides(move: Move, *, now: datetime) -> None:
    """Open the concern if the old company took, or still asks for, what the new agreement was paid for."""
    for bill in bills_on_both_sides(move):
        facts: Facts = {
            "connection": move.source.connection.name,
            "reference": bill.reference,
            "payment": bill.public_id,
            "amount_minor": bill.amount_minor,
            "currency": bill.currency,
        }
        open_concern(
            merchant_id=move.merchant_id,
            kind=Concern.Kind.BOTH_SIDES,
            subject=f"payment:{bill.public_id}",
            facts=facts,
            now=now,
        )


def bills_on_both_sides(move: Move) -> list[Payment]:
    """List bills of the old one that are paid or owed although the first payment of the new one took them over.

    What its company made anew after it was held is one as well.
    """
    mine = Payment.objects.filter(merchant_id=move.merchant_id, subscription_id=move.source_id)
    taken_over = mine.filter(public_id__in=move.bills)
    found = [one for one in taken_over if one.state in _TAKEN or one.owed_minor > 0]
    if move.fenced_at is not None and move.source_next_at is not None:
        later = mine.filter(state__in=_TAKEN, due_at__gte=move.source_next_at, due_at__gt=move.acts_at)
        found += list(later.exclude(public_id__in=move.bills))
    return found
