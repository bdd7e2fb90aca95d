"""Show one payment: what it is, how it stands, its story, and what can be done."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paydesk.billing.arrangements.coming.course import RUNNING
from paydesk.billing.payments.models import Attempt
from paydesk.kit import clock
from paydesk.merchants.connect import gateway_name
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.reads.one_payment import PastAttempt, WholePayment, whole_payment
from paydesk.portal.reads.one_receipt import receipts_of_parts
from paydesk.portal.show import show_page
from paydesk.portal.words.confirmed import Confirmed
from paydesk.portal.words.story import story_of

#: How long the page greets a payment that the customer has just made here.
_JUST = timedelta(minutes=15)


@require_safe
@customer_page
def payment(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Tell everything about one payment of the customer's own."""
    found = whole_payment(**at.ids, public_id=public_id)
    if found is None:
        raise Http404
    is_just_answered = _is_just_answered(found.latest)
    return show_page(
        request,
        "payment.html",
        here="history",
        payment=found.facts,
        waiting=found.waiting,
        latest=found.latest,
        is_just_answered=is_just_answered,
        confirmed=_confirmed(found) if is_just_answered else None,
        has_receipts_of_parts=found.is_paid_in_part
        and bool(receipts_of_parts(merchant_id=at.merchant.id, payment_id=found.facts.id)),
        covers=found.covers,
        backup=found.tried_backups[-1] if found.tried_backups else None,
        can_be_paid_early=at.merchant.policies.pay_next and found.facts.is_taken,
        can_be_moved=at.merchant.policies.move_days > 0 and found.facts.subscription_state in RUNNING,
        steps=story_of(found, now=at.now),
    )


def _confirmed(found: WholePayment) -> Confirmed:
    """A company that collects was read again after the answer, and one that only charged was for a success."""
    facts, latest = found.facts, found.latest
    when = facts.observed_at
    if facts.is_ours and latest is not None and latest.state != Attempt.State.SUCCEEDED:
        when = latest.settled_at or when
    return Confirmed(company=gateway_name(facts.gateway, otherwise=facts.connection_name), when=when)


def _is_just_answered(latest: PastAttempt | None) -> bool:
    """Say whether the customer has just tried it and the answer is there: then the page says it first."""
    if latest is None or latest.asked_by != Attempt.AskedBy.CUSTOMER or latest.settled_at is None:
        return False
    return clock.wall_now() - latest.settled_at < _JUST
