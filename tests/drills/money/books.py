"""Compare a merchant's books with the company's own: what I01 to I20 promise, as far as it is seen from outside.

Read after a run, when nothing is under way any more. Each sentence begins with the invariant that is broken.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, Sum

from paydesk.billing.ledger.models import LedgerEntry, LedgerLine
from paydesk.billing.payments.models import Attempt, Dispute, DueCharge, Payment, Refund
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.merchants.find import merchant_by_id
from tests.drills.money.work import OF_MERCHANTS
from tests.simulator import Json, SimulatedAccount

_CAPTURED = "succeeded"
_GOES_ON = ("active", "trialing", "past_due")
#: What a journal's row is in our ledger.
_KINDS = {"charge": "charge", "refund": "refund", "dispute": "dispute", "dispute_won": "reversal"}


def broken(*, merchant_id: int, account: SimulatedAccount) -> list[str]:
    """Say all that does not agree; nothing when all is well."""
    books = _Books(merchant_id=merchant_id, account=account)
    return [said for check in _CHECKS for said in check(books)]


@dataclass(frozen=True, kw_only=True)
class _Books:
    """Both sides, read once."""

    merchant_id: int
    account: SimulatedAccount

    @cached_property
    def charges(self) -> list[Json]:
        return [one for one in self.account.charges() if one["status"] == _CAPTURED]

    @cached_property
    def journal(self) -> list[Json]:
        return self.account.journal()

    @cached_property
    def payments(self) -> dict[int, Payment]:
        rows = Payment.objects.filter(merchant_id=self.merchant_id).order_by("id")
        return {row.id: row for row in rows}

    @cached_property
    def attempts(self) -> list[Attempt]:
        return list(Attempt.objects.filter(merchant_id=self.merchant_id).order_by("id"))

    @cached_property
    def agreements(self) -> list[Subscription]:
        mine = Subscription.objects.filter(merchant_id=self.merchant_id)
        return list(mine.filter(collected_by=Subscription.CollectedBy.PAYDESK))

    @cached_property
    def lines(self) -> list[LedgerLine]:
        return list(LedgerLine.objects.filter(merchant_id=self.merchant_id).select_related("entry"))

    def attempt_of(self, charge: Json) -> Attempt | None:
        by_reference = [one for one in self.attempts if one.reference == charge["id"]]
        by_mark = [one for one in self.attempts if charge["tag"] and one.public_id == charge["tag"]]
        return next(iter(by_reference or by_mark), None)

    def of(self, agreement: Subscription) -> list[Payment]:
        return [one for one in self.payments.values() if one.subscription_id == agreement.id and one.position]


def _one_capture_each(books: _Books) -> Iterator[str]:
    captured: Counter[int] = Counter()
    for charge in books.charges:
        attempt = books.attempt_of(charge)
        if attempt is None:
            yield f"I01 {charge['id']} was captured, and no attempt of ours knows it"
            continue
        covered = [one.id for one in books.payments.values() if one.covered_by_id == attempt.payment_id]
        captured.update({attempt.payment_id, *covered})
    for payment_id, count in captured.items():
        if count > 1:
            yield f"I01 {_name(books.payments[payment_id])} was captured {count} times"


def _every_movement_is_in_the_books(books: _Books) -> Iterator[str]:
    theirs = Counter(
        (_KINDS[row["kind"]], row["reference"], abs(row["amount_minor"])) for row in books.journal
    )
    ours = Counter(
        (line.entry.kind, line.entry.reference, abs(line.amount_minor))
        for line in books.lines
        if line.account == "gateway"
    )
    for fact in (theirs - ours).elements():
        yield f"I02 the company moved {fact}, and our books do not have it"
    for fact in (ours - theirs).elements():
        yield f"I02 our books have {fact}, and the company did not move it"


def _sums_agree(books: _Books) -> Iterator[str]:
    theirs: Counter[str] = Counter()
    ours: Counter[str] = Counter()
    for row in books.journal:
        theirs[row["currency"]] += row["amount_minor"]
    for line in books.lines:
        if line.account == "gateway":
            ours[line.currency] += line.amount_minor
    if +theirs != +ours:
        yield f"I03 the company moved {dict(theirs)}, our books say {dict(ours)}"


def _entries_balance(books: _Books) -> Iterator[str]:
    sums: defaultdict[tuple[int, str], int] = defaultdict(int)
    for line in books.lines:
        sums[line.entry_id, line.currency] += line.amount_minor
    entries = LedgerEntry.objects.filter(merchant_id=books.merchant_id).count()
    if any(sums.values()) or len({entry for entry, _ in sums}) != entries:
        yield "I04 an entry does not add up to zero, or has no lines"


def _amounts_are_what_was_owed(books: _Books) -> Iterator[str]:
    for charge in books.charges:
        attempt = books.attempt_of(charge)
        if attempt is not None and attempt.origin == Attempt.Origin.PAYDESK:
            payment = books.payments[attempt.payment_id]
            if (charge["amount_minor"], charge["currency"]) != (payment.amount_minor, payment.currency):
                yield f"I05 {_name(payment)} took {charge['amount_minor']} {charge['currency']}"


def _what_was_paid_stays_paid(books: _Books) -> Iterator[str]:
    for charge in books.charges:
        attempt = books.attempt_of(charge)
        if attempt is None:
            continue
        payment = books.payments[attempt.payment_id]
        if payment.state != Payment.State.PAID:
            yield f"I07 {_name(payment)} was captured and is {payment.state}"
        if attempt.state != Attempt.State.SUCCEEDED:
            yield f"I07 {charge['id']} was captured, and its attempt is {attempt.state}"


def _nothing_is_left_open(books: _Books) -> Iterator[str]:
    for attempt in books.attempts:
        if attempt.origin == Attempt.Origin.PAYDESK and attempt.state in Attempt.OPEN:
            yield f"I19 attempt {attempt.public_id} is still {attempt.state}"
            if attempt.due_at is None:
                yield f"I09 attempt {attempt.public_id} is {attempt.state}, and nobody will look it up"
    for payment in books.payments.values():
        if payment.is_ours and payment.state == Payment.State.PROCESSING:
            yield f"I19 {_name(payment)} is still on its way"
    now = clock.wall_now()
    for rows in OF_MERCHANTS:
        mine = rows.objects.filter(merchant_id=books.merchant_id)
        for row in mine.filter(Q(dead_at__isnull=False) | Q(due_at__lte=now)):
            yield f"I19 {rows.__name__} {row.pk} was not worked off: {row.trouble}"


def _the_run_has_what_is_to_come(books: _Books) -> Iterator[str]:
    """A payment that waits for its day is in the charge run, and nothing else is (I15)."""
    due = set(
        DueCharge.objects.filter(merchant_id=books.merchant_id, due_at__isnull=False).values_list(
            "payment_id", flat=True
        )
    )
    for agreement in books.agreements:
        goes_on = agreement.state in _GOES_ON
        for payment in books.of(agreement):
            waits = payment.state in (Payment.State.SCHEDULED, Payment.State.DUE)
            if goes_on and waits and payment.id not in due:
                yield f"I15 {_name(payment)} is {payment.state}, and nobody will charge it"
            if payment.id in due and not waits:
                yield f"I15 {_name(payment)} is {payment.state}, and will be charged all the same"


def _nothing_is_charged_before_its_day(books: _Books) -> Iterator[str]:
    merchant = merchant_by_id(books.merchant_id)
    for attempt in books.attempts:
        payment = books.payments[attempt.payment_id]
        # Of one that was found again after a restore nobody knows who had asked.
        by_itself = attempt.asked_by == Attempt.AskedBy.ENGINE and attempt.found_at is None
        if by_itself and attempt.created_at < merchant.wall_time(payment.due_at):
            yield f"I15 {_name(payment)} was charged before its day"


def _plans_add_up(books: _Books) -> Iterator[str]:
    for agreement in books.agreements:
        rows = books.of(agreement)
        paid = [one for one in rows if _is_paid(books, one)]
        if (
            agreement.total_minor is not None
            and sum(one.amount_minor for one in rows) != agreement.total_minor
        ):
            yield f"I16 the payments of {agreement.public_id} do not come to {agreement.total_minor}"
        if agreement.payments_made != len(paid):
            yield f"I16 {len(paid)} payments were made, and {agreement.payments_made} are counted"
        paid_minor = sum(one.amount_minor for one in paid) - agreement.waived_minor
        if agreement.paid_minor != paid_minor:
            yield f"I16 {paid_minor} was paid, and {agreement.paid_minor} is kept"
        coming = [one for one in rows if one.state in ("scheduled", "due", "processing")]
        if agreement.payments_total is None and agreement.state in _GOES_ON and not coming:
            yield f"I16 {agreement.public_id} goes on and has no next payment"


def _caches_are_right(books: _Books) -> Iterator[str]:
    paid: Counter[int] = Counter()
    for attempt in books.attempts:
        if attempt.state == Attempt.State.SUCCEEDED:
            paid[attempt.payment_id] += attempt.amount_minor
    back = dict(
        Refund.objects.filter(merchant_id=books.merchant_id, state="succeeded")
        .values_list("payment_id")
        .annotate(Sum("amount_minor"))
    )
    for payment in books.payments.values():
        if payment.paid_minor != paid[payment.id] or payment.refunded_minor != back.get(payment.id, 0):
            yield f"I03 {_name(payment)} keeps {payment.paid_minor} paid, {payment.refunded_minor} refunded"
        if payment.refunded_minor > payment.paid_minor:
            yield f"I17 more went back of {_name(payment)} than came"


def _covered_are_held_by_what_is_paid(books: _Books) -> Iterator[str]:
    for payment in books.payments.values():
        if payment.covered_by_id is not None:
            covering = books.payments[payment.covered_by_id]
            if covering.state != Payment.State.PAID:
                yield f"R1b {_name(payment)} is covered by one that is {covering.state}"
        elif payment.is_ours and payment.position is None and payment.state == Payment.State.PAID:
            covered = [one for one in books.payments.values() if one.covered_by_id == payment.id]
            if sum(one.amount_minor for one in covered) - payment.waived_minor != payment.amount_minor:
                yield f"R1b {_name(payment)} was paid, and covers something else"


def _removed_methods_pay_nothing(books: _Books) -> Iterator[str]:
    paid_after = Attempt.objects.filter(
        merchant_id=books.merchant_id, state=Attempt.State.SUCCEEDED, payment_method__removed_at__isnull=False
    ).select_related("payment_method")
    for attempt in paid_after:
        method = attempt.payment_method
        if method is not None and method.removed_at is not None and attempt.created_at > method.removed_at:
            yield f"I18 attempt {attempt.public_id} charged a method that had been removed"


def _no_agreement_is_contradicted(books: _Books) -> Iterator[str]:
    for payment in books.payments.values():
        if payment.contradicted_at is not None:
            yield f"I01 the company's answers about {_name(payment)} do not agree"
    for dispute in Dispute.objects.filter(merchant_id=books.merchant_id, payment__paid_minor=0):
        yield f"I17 {dispute.reference} disputes what was not paid"


_CHECKS = (
    _one_capture_each,
    _every_movement_is_in_the_books,
    _sums_agree,
    _entries_balance,
    _amounts_are_what_was_owed,
    _what_was_paid_stays_paid,
    _nothing_is_left_open,
    _the_run_has_what_is_to_come,
    _nothing_is_charged_before_its_day,
    _plans_add_up,
    _caches_are_right,
    _covered_are_held_by_what_is_paid,
    _removed_methods_pay_nothing,
    _no_agreement_is_contradicted,
)


def _is_paid(books: _Books, payment: Payment) -> bool:
    if payment.state == Payment.State.COVERED and payment.covered_by_id is not None:
        return books.payments[payment.covered_by_id].state == Payment.State.PAID
    return payment.state == Payment.State.PAID


def _name(payment: Payment) -> str:
    return f"payment {payment.position or payment.reference} ({payment.state})"


def states(payments: Iterable[Payment]) -> list[str]:
    """Give the states of payments in the order of their numbers."""
    return [one.state for one in sorted(payments, key=lambda one: (one.position or 0, one.id))]
