"""Mirror one try that the company reports: ours by reference, then by tag, then by being what we asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.ledger.write import write_entry
from paydesk.billing.payments.mirrored.lone_charges import next_number, take_over_charge
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.record import record_inside
from paydesk.gateways.records import AttemptRecord, Outcome, Verdict
from paydesk.kit.money import Money

_STATES = {
    Verdict.SUCCEEDED: Attempt.State.SUCCEEDED,
    Verdict.DECLINED: Attempt.State.DECLINED,
    Verdict.PENDING: Attempt.State.PENDING,
    Verdict.NEEDS_CUSTOMER: Attempt.State.NEEDS_CUSTOMER,
    Verdict.UNKNOWN: Attempt.State.UNKNOWN,
}


def mirror_attempt(*, payment: Payment, record: AttemptRecord, has_paid: bool, now: datetime) -> None:
    """Keep one try; `has_paid`: with it the collectible was paid. `payment` is locked by the caller's transaction."""
    ours = _ours(payment, record, has_paid=has_paid)
    if ours is not None:
        record_inside(merchant_id=payment.merchant_id, attempt_id=ours, outcome=_referenced(record), now=now)
        return
    mirrored = Attempt.objects.filter(
        merchant_id=payment.merchant_id, connection_id=payment.connection_id, reference=record.reference
    )
    facts = attempt_facts(payment, record)
    take_over_charge(payment=payment, reference=record.reference)
    if not mirrored.update(**facts):
        Attempt.objects.create(
            merchant_id=payment.merchant_id,
            connection_id=payment.connection_id,
            payment_id=payment.id,
            number=next_number(payment),
            origin=Attempt.Origin.GATEWAY,
            asked_by=Attempt.AskedBy.GATEWAY,
            reference=record.reference,
            currency=payment.currency,
            created_at=record.created_at,
            **facts,
        )
    _enter_success(payment, record)


def _ours(payment: Payment, record: AttemptRecord, *, has_paid: bool) -> int | None:
    """Find the attempt of ours that this try is.

    Companies do not tag the charge that they make for an invoice. A success without our tag, while an attempt of ours
    is open, is what we asked for if the collectible was paid with it, or if it took just what we asked for: any other
    is a part that somebody paid beside us. A decline without a tag may be the company's own try. What is not ours
    stays a mirrored row; should it turn out to be ours, recording our answer absorbs it.
    """
    mine = Attempt.objects.filter(
        merchant_id=payment.merchant_id, payment_id=payment.id, origin=Attempt.Origin.PAYDESK
    )
    found = mine.filter(reference=record.reference).values_list("id", flat=True).first()
    if found is None and record.tag:
        # One that settled with another charge is not this one: a second charge for it is kept as a row of its own.
        tagged = mine.filter(Q(state__in=Attempt.OPEN) | Q(reference=""), public_id=record.tag)
        found = tagged.values_list("id", flat=True).first()
    if found is None and record.outcome.verdict is Verdict.SUCCEEDED and not _is_mirrored(payment, record):
        asked = mine.filter(state__in=Attempt.OPEN, submitted_at__isnull=False)
        if not has_paid:
            taken = _amount(payment, record)
            asked = asked.filter(amount_minor=taken.minor, currency=taken.currency)
        found = asked.values_list("id", flat=True).first()
    return found


def _is_mirrored(payment: Payment, record: AttemptRecord) -> bool:
    return Attempt.objects.filter(
        merchant_id=payment.merchant_id, connection_id=payment.connection_id, reference=record.reference
    ).exists()


def _referenced(record: AttemptRecord) -> Outcome:
    outcome = record.outcome
    return outcome if outcome.reference else replace(outcome, reference=record.reference)


def attempt_facts(payment: Payment, record: AttemptRecord) -> dict[str, Any]:
    """Give the columns that follow from what the company says."""
    outcome = record.outcome
    is_settled = outcome.verdict in {Verdict.SUCCEEDED, Verdict.DECLINED}
    return {
        "state": _STATES[outcome.verdict],
        "amount_minor": _amount(payment, record).minor,
        "decline_reason": outcome.decline.reason.value if outcome.decline else "",
        "decline_advice": outcome.decline.advice.value if outcome.decline else "",
        "decline_code": outcome.decline.code[:80] if outcome.decline else "",
        "method_brand": outcome.method.brand if outcome.method else "",
        "method_last_four": outcome.method.last_four if outcome.method else "",
        "wait_until": outcome.wait_until,
        "settled_at": (outcome.occurred_at or record.created_at) if is_settled else None,
    }


def _amount(payment: Payment, record: AttemptRecord) -> Money:
    """What was captured may be less than what was asked for, and is known only at the end."""
    return record.outcome.amount or Money(payment.amount_minor, payment.currency)


def _enter_success(payment: Payment, record: AttemptRecord) -> None:
    if record.outcome.verdict is not Verdict.SUCCEEDED:
        return
    write_entry(
        merchant_id=payment.merchant_id,
        connection_id=payment.connection_id,
        payment_id=payment.id,
        kind=LedgerEntry.Kind.CHARGE,
        reference=record.reference,
        amount=_amount(payment, record),
        occurred_at=record.outcome.occurred_at or record.created_at,
    )
