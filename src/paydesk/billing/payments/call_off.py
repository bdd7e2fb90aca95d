"""Call off an attempt that waits for the customer: at the company first, so that it can no longer succeed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from paydesk.billing.payments.models import Attempt
from paydesk.billing.payments.record import record_outcome
from paydesk.database.transactions import let_go
from paydesk.gateways.contract import Gateway
from paydesk.gateways.records import Advice, Decline, DeclineReason, Outcome, Verdict

_WANTS_CUSTOMER = Decline(
    reason=DeclineReason.AUTHENTICATION_FAILED, advice=Advice.RETRY, code="customer_was_not_there"
)


def call_off_attempt(*, gateway: Gateway, attempt: Attempt, now: datetime) -> Attempt:
    """Give the attempt as it ended: abandoned, or succeeded after all. Raises GatewayUnreachable: it stays open."""
    outcome = called_off(gateway, attempt)
    return record_outcome(merchant_id=attempt.merchant_id, attempt_id=attempt.id, outcome=outcome, now=now)


def called_off(gateway: Gateway, attempt: Attempt, *, reference: str = "") -> Outcome:
    """Ask the company to end it. A charge that ended without money was not declined by a bank: it is abandoned.

    But one that was made without the customer, and for which the bank wants the customer, was declined by it.
    """
    let_go()
    outcome = gateway.cancel_charge(reference or attempt.reference or attempt.prepared_reference)
    if outcome.verdict is not Verdict.DECLINED:
        return outcome
    wants_customer = bool(reference) or attempt.state == Attempt.State.NEEDS_CUSTOMER
    if attempt.asked_by in Attempt.ALONE and wants_customer:
        return replace(outcome, decline=_WANTS_CUSTOMER)
    return replace(outcome, verdict=Verdict.NEVER_SEEN, decline=None)
