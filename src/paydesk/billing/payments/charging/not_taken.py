"""Ask ever more rarely for a charge that comes to nothing each time, and tell a person of it.

A company that loses an ask, or refuses what every charge needs, is asked again: it may be mended. For ever and in
silence it is not.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, QuerySet

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.open import open_concern
from paydesk.billing.concerns.resolve import resolve_quietly
from paydesk.billing.payments.charging.due_rows import put_off
from paydesk.billing.payments.locks import covered_once
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.work.queues import pause_after

#: So many asks in a row came to nothing: a person hears of it.
TOLD_FROM = 5
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=6)
_CLEAR = [Attempt.State.SUCCEEDED, Attempt.State.DECLINED]


def rest_after_nothing(payment: Payment, attempt: Attempt, *, now: datetime) -> None:
    """Put off what is in the charge run again: the first time not at all, then for longer each time.

    Call inside a transaction, with the payment locked; `now` is wall time. What was never asked for is not counted: a
    company that is silent is left alone by `silence.py`.
    """
    if attempt.submitted_at is None or attempt.asked_by != Attempt.AskedBy.ENGINE:
        return
    count = _in_vain(payment).filter(submitted_at__isnull=False).count()
    put_off(payment, until=now + pause_after_nothing(count), trouble="the company has made no charge")
    if count >= TOLD_FROM:
        _tell(payment, attempt, now)


def pause_after_nothing(count: int) -> timedelta:
    """Give how long a payment rests after so many asks in a row that came to nothing."""
    return pause_after(count - 1, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE) if count > 1 else timedelta(0)


def note_refused_request(payment: Payment, attempt: Attempt, *, now: datetime) -> None:
    """Tell a person of requests that the company refuses before any money is asked for."""
    if attempt.number >= TOLD_FROM and _in_vain(payment).count() >= TOLD_FROM:
        _tell(payment, attempt, now)


def _tell(payment: Payment, attempt: Attempt, now: datetime) -> None:
    """Open the concern, once."""
    open_concern(
        merchant_id=payment.merchant_id,
        kind=Concern.Kind.NOT_TAKEN,
        subject=_subject(payment),
        facts={
            "payment": payment.public_id,
            "attempt": attempt.public_id,
            "number": attempt.number,
            "amount_minor": attempt.amount_minor,
            "currency": attempt.currency,
        },
        now=now,
    )


def end_doubt_about_charge(payment: Payment, attempt: Attempt, *, now: datetime) -> None:
    """End it with a clear answer to a later ask, or with a charge that was made for it together with others.

    Call inside a transaction; `now` is wall time.
    """
    mine: dict[str, Any] = {"merchant_id": payment.merchant_id, "kind": Concern.Kind.NOT_TAKEN}
    answered = {_subject(payment)} if attempt.number >= TOLD_FROM else set()
    if payment.covered_references and payment.state == Payment.State.PAID:
        covered = set(map(_subject, covered_once(payment)))
        told = Concern.objects.filter(**mine, subject__in=covered, resolved_at__isnull=True)
        answered |= set(told.values_list("subject", flat=True))
    for subject in answered:
        resolve_quietly(**mine, subject=subject, note="The company has given a clear answer.", now=now)


def _in_vain(payment: Payment) -> QuerySet[Attempt]:
    """Choose what the charge run gave up since the last clear answer."""
    tried = Attempt.objects.filter(merchant_id=payment.merchant_id, payment_id=payment.id)
    last_clear = tried.filter(state__in=_CLEAR).aggregate(number=Max("number"))["number"] or 0
    return tried.filter(state=Attempt.State.ABANDONED, asked_by=Attempt.AskedBy.ENGINE, number__gt=last_clear)


def _subject(payment: Payment) -> str:
    return f"payment:{payment.public_id}"
