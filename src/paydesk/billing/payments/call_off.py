"""Call off an attempt that waits for the customer: at the company first, so that it can no longer succeed."""

from __future__ import annotations

from datetime import datetime

from paydesk.billing.payments.models import Attempt
from paydesk.billing.payments.record import record_outcome
from paydesk.database.transactions import let_go
from paydesk.gateways.contract import Gateway


def call_off_attempt(*, gateway: Gateway, attempt: Attempt, now: datetime) -> Attempt:
    """Give the attempt as it ended; raises GatewayUnreachable, and then it stays open."""
    let_go()
    outcome = gateway.cancel_charge(attempt.reference or attempt.prepared_reference)
    return record_outcome(merchant_id=attempt.merchant_id, attempt_id=attempt.id, outcome=outcome, now=now)
