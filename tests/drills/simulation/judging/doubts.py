"""Say where a person has to look because nobody could have known better, so that a contradiction is no mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paydesk.billing.payments.models import Payment
from paydesk.events.models import Event

if TYPE_CHECKING:
    from tests.drills.simulation.judging.judge import Books


def is_told_of(books: Books, payment: Payment) -> bool:
    """Say whether its company took money that it had called off, and a person was told of it once it was heard of.

    Money for what covers it is money for it, and money for what it covers.
    """
    paid_by = {payment.id, payment.covered_by_id, *(one.id for one in books.of(payment))}
    tags = {one.public_id for one in books.attempts if one.payment_id in paid_by}
    lied = any(one.took_all_the_same and one.tag in tags for one in books.charges.values())
    return lied and (payment.contradicted_at is not None or not books.is_all_heard)


def is_given_back_again(books: Books, payment: Payment) -> bool:
    """Say whether a process slept in the middle of an ask until the company had forgotten its key."""
    charges = [books.charges.get(one.reference) for one in books.attempts if one.payment_id == payment.id]
    tags = [back.tag for charge in charges if charge is not None for back in charge.refunds if back.tag]
    return len(tags) > len(set(tags))


def is_changed_and_found_again(books: Books, payment: Payment) -> bool:
    """Say whether its charge was lost with a database, and found when somebody had skipped or ended what it paid."""
    agreement = books.agreements.get(payment.subscription_id or 0)
    is_found = any(
        one.payment_id == payment.id and one.state == "succeeded" and one.found_at is not None
        for one in books.attempts
    )
    if agreement is None or not is_found:
        return False
    changes = Event.objects.filter(merchant_id=books.world.rows.merchant_id, name="subscription.changed")
    return any(
        one["subscription"] == agreement.public_id for one in changes.values_list("subject", flat=True)
    )
