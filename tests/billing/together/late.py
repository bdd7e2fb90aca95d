"""What the company says of a charge after it was believed to be known, and how Ada comes to that."""

from __future__ import annotations

from dataclasses import replace

from paydesk.billing.arrangements.models import Quote
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.record import record_outcome
from paydesk.gateways.records import Advice, Decline, DeclineReason, Outcome, Verdict
from paydesk.kit import clock
from paydesk.kit.money import Money
from tests.billing.together.desk import Desk

NEVER = Outcome(verdict=Verdict.NEVER_SEEN)
NO = Outcome(verdict=Verdict.DECLINED, decline=Decline(reason=DeclineReason.OTHER, advice=Advice.RETRY))
LATE = Outcome(verdict=Verdict.SUCCEEDED, reference="ch_late")
SECOND = Outcome(verdict=Verdict.SUCCEEDED, reference="ch_second")
PART = replace(LATE, reference="ch_part", amount=Money(4000, "EUR"))


def say(ada: Desk, attempt: Attempt, outcome: Outcome) -> None:
    """Let the company say something of an attempt."""
    record_outcome(merchant_id=ada.merchant.id, attempt_id=attempt.id, outcome=outcome, now=clock.wall_now())


def no_word(ada: Desk) -> None:
    """Let the company be asked, and nothing be heard of it."""
    ada.account.fault("lost_before", operation="charge.confirm")


def pay_in_vain(ada: Desk, quote: Quote) -> Attempt:
    """Pay, and let it be believed that nothing was charged."""
    no_word(ada)
    attempt = ada.pay(quote)
    say(ada, attempt, NEVER)
    return attempt


def press_in_vain(ada: Desk, payment: Payment) -> Attempt:
    """Pay one by itself, and let it be believed that nothing was charged."""
    no_word(ada)
    attempt = ada.press(payment=payment)
    say(ada, attempt, NEVER)
    return attempt


def contradicted(ada: Desk) -> list[str]:
    """Name the payments that a person has to look at, in the order in which they were made."""
    rows = Payment.objects.filter(merchant_id=ada.merchant.id, contradicted_at__isnull=False)
    return list(rows.order_by("id").values_list("public_id", flat=True))
