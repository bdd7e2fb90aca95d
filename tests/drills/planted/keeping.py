"""Bugs in keeping what became of money: the ledger, sums, covers, days, and who may settle a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Sum

from paydesk.billing.arrangements import start
from paydesk.billing.ledger import write
from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.payments import record, restate
from paydesk.billing.payments.charging import charge, cover, follow, plan_out
from paydesk.billing.payments.mirrored import back
from paydesk.billing.payments.models import Attempt, DueCharge, Payment, Refund
from paydesk.billing.subscriptions import schedule
from paydesk.billing.subscriptions.composition import Part, PlanTerms
from paydesk.events.record import record_event
from paydesk.kit.money import Money
from paydesk.work import claim
from tests.drills.planted.planting import Bug, nothing, swap, together, without
from tests.drills.simulation.focus import Wanted

_count_as_paid, _record_event, _line = follow.count_as_paid, record_event, write._line


def _entered_again(*, merchant_id: int, connection_id: int, **fact: Any) -> bool:
    write.write_new_entries(merchant_id=merchant_id, connection_id=connection_id, facts=[write.Fact(**fact)])
    return True


def _one_side(entry: LedgerEntry, account: str, amount: Money) -> Any:
    return _line(entry, account, Money(abs(amount.minor), amount.currency))


def _only_open(payment: Payment, attempt: Any, outcome: Any, now: datetime) -> None:
    """Take in what is open, and forget the rest."""
    if attempt.state in Attempt.OPEN:
        record._STEPS[outcome.verdict](payment, attempt, outcome, now)


def _all_refunds(payment: Payment) -> dict[str, int]:
    mine = {"merchant_id": payment.merchant_id, "payment_id": payment.id}
    attempts = Attempt.objects.filter(**mine, state="succeeded")
    refunds = Refund.objects.filter(**mine)
    return {
        "paid_minor": attempts.aggregate(sum=Sum("amount_minor"))["sum"] or 0,
        "refunded_minor": refunds.aggregate(sum=Sum("amount_minor"))["sum"] or 0,
    }


def _told_twice(**event: Any) -> None:
    _record_event(**event)
    _record_event(**event)


def _counted_twice(payment: Payment, *, paid_at: object) -> None:
    _count_as_paid(payment, paid_at=paid_at)
    _count_as_paid(payment, paid_at=paid_at)


def _without_the_rest(terms: PlanTerms) -> list[Part]:
    return _parts(terms, lambda minor: minor // terms.payments_count)


def _by_float(terms: PlanTerms) -> list[Part]:
    return _parts(terms, lambda minor: round(minor * (1 / terms.payments_count)))


def _parts(terms: PlanTerms, share: Any) -> list[Part]:
    currency = terms.price.currency
    fee, deposit = terms.fee or Money(0, currency), terms.deposit or Money(0, currency)
    part = Part(
        amount=Money(share((terms.price + fee - deposit).minor), currency),
        fee=Money(share(fee.minor), currency),
    )
    deposits = [Part(amount=deposit, fee=Money(0, currency))] if terms.deposit else []
    return [*deposits, *[part] * terms.payments_count]


def _chained(anchor: date, months: int) -> date:
    day = anchor
    for _ in range(months):
        day = schedule_months(day, 1)
    return day


schedule_months = schedule._months_after


def _utc_midnight(day: date, *, zone: str) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def _two_days_early(*, merchant: Any, payments: Sequence[Payment]) -> None:
    DueCharge.objects.bulk_create(
        DueCharge(merchant_id=merchant.id, payment_id=one.id, due_at=one.due_at - timedelta(days=2))
        for one in payments
    )


def _settled_by_anybody(rows: Any, taken: Any, **changes: object) -> bool:
    owned = {} if taken.merchant_id is None else {"merchant_id": taken.merchant_id}
    return bool(rows._default_manager.filter(pk=taken.row_id, **owned).update(**changes))


def _charged_though_covered(row: Payment, merchant: object) -> bool:
    return row.state in ("scheduled", "due", "covered")


def _cover_forgotten(*, merchant: Any, covering: Payment, now: Any) -> None:
    """Leave the held ones as they are."""


def _both_again(*, merchant: Any, payment_ids: Any) -> None:
    """Let what comes back be due at once."""
    DueCharge.objects.filter(merchant_id=merchant.id, payment_id__in=payment_ids).update(
        due_at=merchant.business_now(), lease_until=None, fence=F("fence") + 1
    )


BUGS: Sequence[Bug] = [
    Bug(
        name="ledger entered again",
        breaks="A webhook that comes twice gives money back twice in the books.",
        plant=together(
            swap((back, "write_entry", _entered_again)), without(LedgerEntry, "ledger_entry_once")
        ),
        wanted=Wanted(card="good", more=("give_back", "deliver")),
    ),
    Bug(
        name="refund not in the ledger",
        breaks="The books say that money is there which went back.",
        plant=swap((back, "_enter", nothing)),
        wanted=Wanted(card="good", more=("give_back",)),
    ),
    Bug(
        name="charge not in the ledger",
        breaks="Money came, and the books do not have it.",
        plant=swap((record, "_enter_charge", lambda *_: True)),
    ),
    Bug(
        name="entry does not balance",
        breaks="The books do not add up.",
        plant=swap((write, "_line", _one_side)),
    ),
    Bug(
        name="failed refund counts",
        breaks="A refund that did not arrive counts as given.",
        plant=swap((restate, "_totals", _all_refunds)),
        wanted=Wanted(card="good", more=("give_back",)),
    ),
    Bug(
        name="second success swallowed",
        breaks="Money that came after an attempt was given up is not seen.",
        plant=swap((record, "_take_in", _only_open)),
        wanted=Wanted(card="stubborn"),
    ),
    Bug(
        name="success told twice",
        breaks="Two letters, two deliveries, two commissions.",
        plant=swap((restate, "record_event", _told_twice)),
    ),
    Bug(
        name="payment counted twice",
        breaks="A plan ends before it is paid.",
        plant=swap((restate, "count_as_paid", _counted_twice)),
    ),
    Bug(
        name="remainder lost",
        breaks="A plan does not come to its price.",
        plant=swap((start, "parts_of", _without_the_rest)),
    ),
    Bug(
        name="split by float",
        breaks="A plan comes to more or less than its price.",
        plant=swap((start, "parts_of", _by_float)),
    ),
    Bug(
        name="dates chained",
        breaks="A plan of the 31st is charged on the 28th for ever.",
        plant=swap((schedule, "_months_after", _chained)),
    ),
    Bug(
        name="zone ignored",
        breaks="In America money is taken the evening before.",
        plant=swap((plan_out, "starts_at", _utc_midnight)),
    ),
    Bug(
        name="charged before its day",
        breaks="Money is taken two days early.",
        plant=swap((plan_out, "put_into_run", _two_days_early), (charge, "_waits_until", nothing)),
    ),
    Bug(
        name="fence not checked",
        breaks="A worker that lost its row settles it, and the payment is forgotten.",
        plant=swap((claim, "_settle", _settled_by_anybody)),
        wanted=Wanted(fate="stop"),
    ),
    Bug(
        name="abandoned is not charged again",
        breaks="A payment that nobody charged is forgotten.",
        plant=swap((record, "put_back_into_run", nothing)),
        wanted=Wanted(faults=("lost_before",), faulty_share=0.6),
    ),
    Bug(
        name="next payment forgotten",
        breaks="A subscription is collected once.",
        plant=swap((follow, "write_next_payment", nothing)),
    ),
    Bug(
        name="cover not released",
        breaks="Payments stay held by a charge that was declined.",
        plant=swap((record, "release_covered", _cover_forgotten)),
        wanted=Wanted(card="no_money", more=("quote",)),
    ),
    Bug(
        name="covered are charged too",
        breaks="What is paid together is charged by itself as well.",
        plant=swap(
            (cover, "take_out_of_run", nothing), (charge, "_is_to_be_charged", _charged_though_covered)
        ),
        wanted=Wanted(more=("quote",)),
    ),
    Bug(
        name="put back too early",
        breaks="What was asked for early and declined is charged at once, not on its day.",
        plant=swap((record, "put_back_into_run", _both_again), (charge, "_waits_until", nothing)),
        wanted=Wanted(card="no_money", more=("press",)),
    ),
]
