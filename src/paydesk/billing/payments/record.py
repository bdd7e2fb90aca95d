"""Record what a company said about an attempt. A gateway's answer, a webhook and a late look-up all come in here (R7).

Only a clear yes is a success and only a clear no is a decline; all else leaves the attempt open for the resolver.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.ledger.write import write_entry
from paydesk.billing.payments.charging.cover import release_covered
from paydesk.billing.payments.charging.due_rows import put_back_into_run, take_out_of_run
from paydesk.billing.payments.charging.follow import agreements_of, follow_payments
from paydesk.billing.payments.charging.late_cover import hold_again, owed_by_rows, take_over
from paydesk.billing.payments.charging.not_taken import end_doubt_about_charge, rest_after_nothing
from paydesk.billing.payments.locks import lock_payment
from paydesk.billing.payments.mirrored.lone_charges import absorb_mirror
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.restate import contradict, restate_payment
from paydesk.billing.payments.uncertain import end_doubt
from paydesk.database.transactions import in_transaction, locked
from paydesk.gateways.records import Outcome, Verdict
from paydesk.kit.faults import fault
from paydesk.kit.money import Money
from paydesk.merchants.find import merchant_by_id

#: When the customer has not confirmed with the bank by then, the attempt is called off.
CONFIRM_WITHIN = timedelta(hours=1)
FIRST_LOOK = timedelta(minutes=1)
#: What the charge run charges when its day has come.
_IN_THE_RUN = {Payment.State.SCHEDULED, Payment.State.DUE}


def record_outcome(
    *, merchant_id: int, attempt_id: int, outcome: Outcome, now: datetime, was_unsent: bool = False
) -> Attempt:
    """Write the outcome and all that it means in one transaction. Saying it twice changes nothing; `now`: wall time.

    `was_unsent`: the company was asked about what was not sent yet. "Never seen" is not about what was sent since.
    """
    return in_transaction(
        lambda: record_inside(
            merchant_id=merchant_id, attempt_id=attempt_id, outcome=outcome, now=now, was_unsent=was_unsent
        )
    )


def record_inside(
    *, merchant_id: int, attempt_id: int, outcome: Outcome, now: datetime, was_unsent: bool = False
) -> Attempt:
    """The same, inside the caller's transaction. Locks the agreement, the payment, then the attempt (R9)."""
    rows = Attempt.objects.filter(merchant_id=merchant_id, id=attempt_id)
    payment_id = rows.values_list("payment_id", flat=True).get()
    payment = lock_payment(merchant_id=merchant_id, payment_id=payment_id)
    attempt = locked(rows).get()
    if was_unsent and attempt.state != Attempt.State.CREATED and outcome.verdict is Verdict.NEVER_SEEN:
        return attempt
    agreements = agreements_of(payment)
    _take_in(payment, attempt, outcome, now)
    if outcome.verdict in (Verdict.SUCCEEDED, Verdict.DECLINED):
        end_doubt_about_charge(payment, attempt, now=now)
    attempt = rows.get()
    if attempt.state not in Attempt.OPEN and now - attempt.created_at >= FIRST_LOOK:
        # Whoever heard of it first: a look-up, a webhook, a reading.
        end_doubt(attempt, now)
    for subscription_id in agreements:
        follow_payments(merchant=merchant_by_id(merchant_id), subscription_id=subscription_id, now=now)
    fault("F14")
    return attempt


def _take_in(payment: Payment, attempt: Attempt, outcome: Outcome, now: datetime) -> None:
    if attempt.state in Attempt.OPEN:
        _STEPS[_meaning(outcome)](payment, attempt, outcome, now)
    elif _is_second_success(attempt, outcome):
        contradict(payment=payment, attempt_public_id=attempt.public_id, now=now)
        _enter_charge(attempt, outcome, now)
    elif _is_contradiction(attempt, outcome):
        contradict(payment=payment, attempt_public_id=attempt.public_id, now=now)
        if outcome.verdict is Verdict.SUCCEEDED:
            if payment.covered_references and payment.state == Payment.State.CANCELED:
                hold_again(covering=payment, taken=_taken(attempt, outcome), now=now)
            _succeed(payment, attempt, outcome, now)
            if payment.is_ours:
                # It was given up, and had come back into the run.
                take_out_of_run(merchant_id=payment.merchant_id, payment_ids=[payment.id])


def _meaning(outcome: Outcome) -> Verdict:
    """A charge that was called off was declined by nobody: it is abandoned, be the answer to calling it off lost."""
    is_called_off = outcome.decline is not None and outcome.decline.is_called_off
    return Verdict.NEVER_SEEN if is_called_off else outcome.verdict


def _is_second_success(attempt: Attempt, outcome: Outcome) -> bool:
    """Say whether the company charged twice for one attempt: both are in the books, and a person looks."""
    return (
        outcome.verdict is Verdict.SUCCEEDED
        and attempt.state == Attempt.State.SUCCEEDED
        and outcome.reference not in {"", attempt.reference}
    )


def _is_contradiction(attempt: Attempt, outcome: Outcome) -> bool:
    """Say whether a settled attempt is now said to have ended the other way."""
    if attempt.state == Attempt.State.SUCCEEDED:
        return outcome.verdict is Verdict.DECLINED
    return outcome.verdict is Verdict.SUCCEEDED and outcome.reference != ""


def _succeed(payment: Payment, attempt: Attempt, outcome: Outcome, now: datetime) -> None:
    if not outcome.reference:
        # Settled, but by no charge: from a balance, or elsewhere. Reading the collectible again says by what.
        _settle(payment, attempt, outcome, Attempt.State.ABANDONED, now)
        return
    asked, amount = Money(attempt.amount_minor, attempt.currency), _taken(attempt, outcome)
    occurred_at = outcome.occurred_at or now
    _settle(
        payment,
        attempt,
        outcome,
        Attempt.State.SUCCEEDED,
        occurred_at,
        amount_minor=amount.minor,
        currency=amount.currency,
    )
    is_new = _enter_charge(attempt, outcome, now)
    # A reading that told of this charge has taken it off what is owed already.
    taken = amount.minor if is_new and amount.currency == asked.currency else 0
    is_just_what_was_owed = 0 < payment.owed_minor == taken
    # What a cover holds may have been charged by itself, or be held by another, while it was on its way.
    holds_other = bool(payment.covered_references) and owed_by_rows(payment) != asked.minor
    is_other_amount = amount != asked and not is_just_what_was_owed
    if is_other_amount or holds_other or payment.state == Payment.State.COVERED:
        contradict(payment=payment, attempt_public_id=attempt.public_id, now=now)
    # Of the bill of a company only its reading says that more than the rest of it has paid it.
    is_all_that_was_owed = is_just_what_was_owed or (payment.is_ours and 0 < payment.owed_minor < taken)
    is_whole = amount.currency == asked.currency and amount.minor >= asked.minor
    if not is_whole and not is_all_that_was_owed:
        _leave_the_rest(payment, attempt, max(payment.owed_minor - taken, 0), now)
        return
    if holds_other:
        take_over(payment, now)
    # A success is an observation too: what the company was asked before it is older, and is not believed any more. It
    # is none of the whole bill, though, so that there is no fingerprint of it.
    restate_payment(
        payment=payment,
        state=Payment.State.PAID,
        now=now,
        paid_at=payment.paid_at or occurred_at,
        owed_minor=0,
        settled_by="attempt",
        next_attempt_at=None,
        observed_at=now,
    )


def _leave_the_rest(payment: Payment, attempt: Attempt, owed_minor: int, now: datetime) -> None:
    """Less came than was asked for: the rest stays owed, and only a reading of the whole bill says that it is paid."""
    was_on_its_way = payment.state == Payment.State.PROCESSING and attempt.state in Attempt.OPEN
    state = Payment.State.DUE if was_on_its_way else payment.state
    restate_payment(payment=payment, state=state, now=now, owed_minor=owed_minor, observed_at=now)


def _taken(attempt: Attempt, outcome: Outcome) -> Money:
    return outcome.amount or Money(attempt.amount_minor, attempt.currency)


def _enter_charge(attempt: Attempt, outcome: Outcome, now: datetime) -> bool:
    """Say whether the charge was not in the books yet."""
    return write_entry(
        merchant_id=attempt.merchant_id,
        connection_id=attempt.connection_id,
        payment_id=attempt.payment_id,
        kind=LedgerEntry.Kind.CHARGE,
        reference=outcome.reference,
        amount=_taken(attempt, outcome),
        occurred_at=outcome.occurred_at or now,
    )


def _decline(payment: Payment, attempt: Attempt, outcome: Outcome, now: datetime) -> None:
    if outcome.decline is None:
        raise AssertionError("a decline without a reason is not a clear no")
    _settle(
        payment,
        attempt,
        outcome,
        Attempt.State.DECLINED,
        outcome.occurred_at or now,
        decline_reason=outcome.decline.reason.value,
        decline_advice=outcome.decline.advice.value,
        decline_code=outcome.decline.code[:80],
    )
    if payment.is_ours and attempt.payment_state_before == Payment.State.SCHEDULED:
        # Asked for before its day: nothing is overdue, and it is charged on its day as if nobody had asked.
        _return_to_before(payment, attempt, now)
    elif payment.is_ours and payment.position is None:
        _end_cover(payment, now)
    else:
        _restate_if_on_its_way(payment, Payment.State.FAILED, now, is_news=True)


def _abandon(payment: Payment, attempt: Attempt, outcome: Outcome, now: datetime) -> None:
    """Nothing was charged and nothing is on its way: the payment is what it was before, which is no news."""
    _settle(payment, attempt, outcome, Attempt.State.ABANDONED, now)
    if payment.is_ours and payment.position is None:
        _end_cover(payment, now)
    else:
        _return_to_before(payment, attempt, now)


def _return_to_before(payment: Payment, attempt: Attempt, now: datetime) -> None:
    before = attempt.payment_state_before or Payment.State.FAILED
    was_on_its_way = payment.state == Payment.State.PROCESSING
    _restate_if_on_its_way(payment, before, now, is_news=False)
    # Of which a part was taken, that is not asked for again by itself: a person looks.
    if payment.is_ours and was_on_its_way and before in _IN_THE_RUN and not payment.paid_minor:
        put_back_into_run(merchant=merchant_by_id(payment.merchant_id), payment_ids=[payment.id])
        rest_after_nothing(payment, attempt, now=now)


def _end_cover(payment: Payment, now: datetime) -> None:
    """What was to be paid together is again what it was, each by itself (R1b).

    Of which a part was taken, that stays held: it must not be charged again, and a person was told.
    """
    if payment.paid_minor:
        _restate_if_on_its_way(payment, Payment.State.FAILED, now, is_news=False)
    elif payment.state == Payment.State.PROCESSING:
        release_covered(merchant=merchant_by_id(payment.merchant_id), covering=payment, now=now)
        restate_payment(payment=payment, state=Payment.State.CANCELED, now=now, is_news=False, owed_minor=0)


def _restate_if_on_its_way(payment: Payment, state: str, now: datetime, *, is_news: bool) -> None:
    """What the company said of the bill meanwhile (void, written off, paid) stands: our try has only ended."""
    if payment.state == Payment.State.PROCESSING:
        restate_payment(payment=payment, state=state, now=now, is_news=is_news)


def _ask_customer(payment: Payment, attempt: Attempt, outcome: Outcome, now: datetime) -> None:
    _keep_open(
        attempt,
        outcome,
        Attempt.State.NEEDS_CUSTOMER,
        due_at=attempt.created_at + CONFIRM_WITHIN,
        action_url=outcome.action_url,
    )


def _wait(payment: Payment, attempt: Attempt, outcome: Outcome, now: datetime) -> None:
    look_at = outcome.wait_until or now + CONFIRM_WITHIN
    _keep_open(attempt, outcome, Attempt.State.PENDING, due_at=look_at, wait_until=outcome.wait_until)


def _doubt(payment: Payment, attempt: Attempt, outcome: Outcome, now: datetime) -> None:
    if attempt.state != Attempt.State.UNKNOWN:
        _keep_open(attempt, outcome, Attempt.State.UNKNOWN, due_at=now + FIRST_LOOK)


_Step = Callable[[Payment, Attempt, Outcome, datetime], None]
_STEPS: dict[Verdict, _Step] = {
    Verdict.SUCCEEDED: _succeed,
    Verdict.DECLINED: _decline,
    Verdict.NEVER_SEEN: _abandon,
    Verdict.NEEDS_CUSTOMER: _ask_customer,
    Verdict.PENDING: _wait,
    Verdict.UNKNOWN: _doubt,
}


def _settle(
    payment: Payment,
    attempt: Attempt,
    outcome: Outcome,
    state: Attempt.State,
    settled_at: datetime,
    **facts: object,
) -> None:
    _write(attempt, outcome, state=state, settled_at=settled_at, due_at=None, action_url="", **facts)
    # While it was open the payment was "on its way", whatever was read: the next reading counts, be it as the last was.
    if payment.fingerprint:
        Payment.objects.filter(merchant_id=payment.merchant_id, id=payment.id).update(fingerprint="")


def _keep_open(attempt: Attempt, outcome: Outcome, state: Attempt.State, **facts: object) -> None:
    _write(attempt, outcome, state=state, **facts)


def _write(attempt: Attempt, outcome: Outcome, **facts: object) -> None:
    absorb_mirror(attempt, outcome.reference)
    if outcome.reference:
        facts["reference"] = outcome.reference
    if outcome.method is not None:
        facts |= {"method_brand": outcome.method.brand, "method_last_four": outcome.method.last_four}
    mine = Attempt.objects.filter(merchant_id=attempt.merchant_id, id=attempt.id, state=attempt.state)
    if mine.update(**facts) != 1:
        raise AssertionError("an attempt changed under its lock")
