"""Tell a payment's story in order of time: when it was due, every try, refunds, disputes, what comes next."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from paydesk.billing.payments.models import Attempt, Payment
from paydesk.gateways.records import SettledBy
from paydesk.portal.reads.one_payment import MoneyBack, PastAttempt, WholePayment
from paydesk.portal.words.amounts import money
from paydesk.portal.words.brands import brand_word
from paydesk.portal.words.dates import day
from paydesk.portal.words.declines import decline_sentence


class Step(NamedTuple):
    """One step: a shape, its tone, when, what happened, and what is worth knowing beside it. `is_day`: at no hour."""

    mark: str
    tone: str
    when: datetime
    words: str
    note: str = ""
    is_day: bool = False


def story_of(payment: WholePayment, *, now: datetime) -> list[Step]:
    """Give the steps, the earliest first; a try that is still to come is the last."""
    steps = _due(payment, now)
    tried = (*payment.attempts, *payment.backups)
    steps += [_attempt(attempt, payment.facts.amount_minor) for attempt in tried]
    steps += [_refund(refund) for refund in payment.refunds]
    steps += [_dispute(dispute) for dispute in payment.disputes]
    steps += _settled_without_attempt(payment)
    steps.sort(key=lambda step: step.when)
    return steps + _next_try(payment, now)


def _due(payment: WholePayment, now: datetime) -> list[Step]:
    """What makes several payments at once has no day of its own."""
    if payment.facts.is_ours and payment.facts.position is None:
        return []
    amount = money(payment.facts.amount_minor, payment.facts.currency)
    words = _("%(amount)s was due.") if payment.facts.due_at <= now else _("%(amount)s will be due.")
    return [
        Step(
            "clock",
            "quiet",
            payment.facts.due_at,
            words % {"amount": amount},
            _moved(payment),
            payment.facts.is_ours,
        )
    ]


def _moved(payment: WholePayment) -> str:
    before = payment.facts.planned_date
    return _("Moved from %(day)s.") % {"day": day(before)} if before and payment.facts.was_moved else ""


def _attempt(attempt: PastAttempt, whole_minor: int) -> Step:
    method = _method(attempt)
    when = attempt.settled_at or attempt.created_at
    match attempt.state:
        case Attempt.State.SUCCEEDED:
            return Step("tick", "success", when, _paid(attempt, method, whole_minor), _asked(attempt))
        case Attempt.State.DECLINED:
            return Step(
                "cross",
                "danger",
                when,
                decline_sentence(attempt.decline_reason, attempt.method_brand),
                _tried(method, attempt),
            )
        case Attempt.State.ABANDONED:
            return Step("dash", "quiet", when, _given_up(attempt), method)
        case Attempt.State.NEEDS_CUSTOMER:
            return Step("half", "warning", when, _("Your bank asks you to confirm this payment."), method)
    return Step(
        "half",
        "warning",
        when,
        _("We asked your bank. Its answer is still to come."),
        _tried(method, attempt),
    )


def _paid(attempt: PastAttempt, method: str, whole_minor: int) -> str:
    """A part says how much it was; of the whole, the page says it large already."""
    words = {"method": method, "amount": money(attempt.amount_minor, attempt.currency)}
    if attempt.amount_minor != whole_minor:
        return (_("%(amount)s paid with %(method)s.") if method else _("%(amount)s paid.")) % words
    return _("Paid with %(method)s.") % words if method else _("Paid.")


def _method(attempt: PastAttempt) -> str:
    if not attempt.method_last_four:
        return brand_word(attempt.method_brand) if attempt.method_brand else ""
    known = {"brand": brand_word(attempt.method_brand), "last_four": attempt.method_last_four}
    return _("%(brand)s ending in %(last_four)s") % known


def _tried(method: str, attempt: PastAttempt) -> str:
    return " · ".join(part for part in (method, _asked(attempt)) if part)


def _given_up(attempt: PastAttempt) -> str:
    if attempt.asked_by == Attempt.AskedBy.DUNNING:
        return _("The backup could not be asked. Nothing was charged.")
    return _("It was not confirmed in time. Nothing was charged.")


def _asked(attempt: PastAttempt) -> str:
    if attempt.asked_by == Attempt.AskedBy.DUNNING:
        return _("Your backup, tried once.")
    if attempt.asked_by == Attempt.AskedBy.CUSTOMER:
        return (
            _("You paid here yourself.")
            if attempt.state == Attempt.State.SUCCEEDED
            else _("You tried it here.")
        )
    return ""


def _refund(refund: MoneyBack) -> Step:
    amount = {"amount": money(refund.amount_minor, refund.currency)}
    if refund.state == "succeeded":
        words = _("%(amount)s was refunded. Banks take up to 10 days to show it.")
    elif refund.state == "failed":
        words = _("A refund of %(amount)s did not go through.")
    else:
        words = _("A refund of %(amount)s is on its way.")
    return Step("back", "quiet", refund.created_at, words % amount)


def _dispute(dispute: MoneyBack) -> Step:
    amount = {"amount": money(dispute.amount_minor, dispute.currency)}
    if dispute.state == "won":
        return Step(
            "tick", "quiet", dispute.created_at, _("Your bank closed the dispute. The payment stands.")
        )
    if dispute.state == "closed":
        words = _("Your bank asked about this payment, and has no more questions.")
        return Step("tick", "quiet", dispute.created_at, words)
    if dispute.state == "lost":
        return Step("back", "quiet", dispute.created_at, _("Your bank gave you back %(amount)s.") % amount)
    return Step("half", "warning", dispute.created_at, _("Your bank is looking into this payment.") % amount)


def _settled_without_attempt(payment: WholePayment) -> list[Step]:
    paid_at = payment.facts.paid_at
    if payment.facts.state != Payment.State.PAID or paid_at is None:
        return []
    if any(attempt.state == Attempt.State.SUCCEEDED for attempt in payment.attempts):
        return []
    words = {
        SettledBy.BALANCE: _("Paid from your balance."),
        SettledBy.EXTERNAL: _("Paid outside this portal."),
        SettledBy.ZERO: _("Nothing had to be paid."),
    }.get(SettledBy(payment.facts.settled_by or SettledBy.EXTERNAL), _("Paid."))
    return [Step("tick", "success", paid_at, words)]


def _next_try(payment: WholePayment, now: datetime) -> list[Step]:
    next_at = payment.facts.next_attempt_at
    if next_at is None or next_at <= now or payment.waiting or payment.facts.state != Payment.State.FAILED:
        return []
    return [Step("clock", "quiet", next_at, _("The next try, unless you pay before."))]
