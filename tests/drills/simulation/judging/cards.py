"""Judge with what was paid: a card that the customer took off pays nothing any more, once that is known here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from paydesk.billing.payment_methods.models import PaymentMethod

if TYPE_CHECKING:
    from tests.drills.simulation.judging.judge import Books


def judge_cards(books: Books) -> Iterator[str]:
    """Whoever asks looks at what is on file at that moment."""
    removed = dict(
        PaymentMethod.objects.filter(
            merchant_id=books.world.rows.merchant_id, removed_at__isnull=False
        ).values_list("id", "removed_at")
    )
    for attempt in books.attempts:
        removed_at = removed.get(attempt.payment_method_id or 0)
        if removed_at is not None and removed_at < attempt.created_at:
            yield f"a card that was taken off on {removed_at} was asked for money on {attempt.created_at}"
