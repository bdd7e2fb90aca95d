"""Judge what went back: no more than was captured, once for each ask, and each payment knows how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from paydesk.billing.payments.models import Dispute, Payment, Refund
from tests.drills.simulation.company.objects import Charge
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
            yield from _given_back_twice(books, books.payments[attempt.payment_id], charge)
    for payment in books.payments.values():
        if payment.refunded_minor != back[payment.id] or payment.refunded_minor > payment.paid_minor:
            yield f"{name(payment)} says {payment.refunded_minor} went back, not {back[payment.id]}"


def _given_back_twice(books: Books, payment: Payment, charge: Charge) -> Iterator[str]:
    """One ask of ours gives back once, unless a process slept with it for longer than the company remembers keys."""
    asked = Counter(one.tag for one in charge.refunds if one.tag and one.state != "failed")
    for tag, count in asked.items():
        if count > 1 and payment.contradicted_at is None:
            yield f"{name(payment)} was given back {count} times for one ask, {tag}"
