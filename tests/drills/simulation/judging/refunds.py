"""Judge what went back: no more than was captured, once for each ask, and each payment knows how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from paydesk.billing.payments.models import Dispute, Refund
from tests.drills.simulation.judging.doubts import is_given_back_again
from tests.drills.simulation.judging.names import name

if TYPE_CHECKING:
    from tests.drills.simulation.judging.judge import Books


def judge_refunds(books: Books) -> Iterator[str]:
    """I17: no more goes back than was captured, and each payment knows how much."""
    for table in (Refund, Dispute):
        for row in table.objects.filter(merchant_id=books.world.rows.merchant_id):
            if row.payment_id not in books.payments:
                yield f"{row.reference} belongs to no payment"
    back: Counter[int] = Counter()
    for attempt in books.attempts:
        charge = books.charges.get(attempt.reference)
        if charge is not None:
            back[attempt.payment_id] += sum(one.minor for one in charge.refunds if one.state != "failed")
    for payment in books.payments.values():
        if payment.refunded_minor != back[payment.id] or payment.refunded_minor > payment.paid_minor:
            yield f"{name(payment)} says {payment.refunded_minor} went back, not {back[payment.id]}"
        if payment.contradicted_at is None and is_given_back_again(books, payment):
            yield f"{name(payment)} was given back twice for one ask, and nobody was told"
