"""Call off an attempt that waits for the customer: at the company first, so that it can no longer succeed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from paydesk.billing.payments.models import Attempt
from paydesk.billing.payments.record import record_outcome
from paydesk.database.transactions import let_go
from paydesk.gateways.contract import Gateway
from paydesk.gateways.records import Outcome, Verdict


def call_off_attempt(*, gateway: Gateway, attempt: Attempt, now: datetime) -> Attempt:
    """Give the attempt as it ended: abandoned, or succeeded after all. Raises GatewayUnreachable: it stays open."""
    outcome = called_off(gateway, attempt)
    return record_outcome(merchant_id=attempt.merchant_id, attempt_id=attempt.id, outcome=outcome, now=now)


def called_off(gateway: Gateway, attempt: Attempt) -> Outcome:
    """Ask the company to end it. A charge that ended without money was not declined by a bank: it is abandoned."""
    let_go()
    outcome = gateway.cancel_charge(attempt.reference or attempt.prepared_reference)
    if outcome.verdict is Verdict.DECLINED:
        return replace(outcome, verdict=Verdict.NEVER_SEEN, decline=None)
    return outcome
