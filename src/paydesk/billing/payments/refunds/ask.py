"""Ask a gateway to give money back, and record what it says. Asking again with the same key gives it back once."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from paydesk.billing.payments.models import Refund
from paydesk.billing.payments.refunds.record import leave_open, record_refund, record_refusal
from paydesk.database.transactions import let_go
from paydesk.gateways.contract import Gateway, GatewayRefused, GatewayUnreachable, RefundRequest
from paydesk.kit import clock
from paydesk.kit.faults import fault
from paydesk.kit.money import Money

log = logging.getLogger(__name__)

_LOOK_AGAIN = timedelta(minutes=1)


def ask_for_refund(*, gateway: Gateway, refund: Refund) -> Refund:
    """Ask once and give the refund as it stands. Only a clear no is a failure (R6)."""
    fault("F04")
    let_go()
    try:
        record = gateway.refund(
            RefundRequest(
                key=str(refund.key),
                tag=refund.public_id,
                charge_reference=refund.charge_reference,
                amount=Money(refund.amount_minor, refund.currency),
            )
        )
    except GatewayRefused as no:
        return record_refusal(refund=refund, words=str(no))
    except GatewayUnreachable as silent:
        return leave_open(refund=refund, words=str(silent), look_at=_soon())
    except Exception:
        # Whatever this was, the money may have moved. The resolver looks; the log tells us of the bug.
        log.exception("refund %s: the gateway's answer was not understood", refund.public_id)
        return leave_open(refund=refund, words="the answer was not understood", look_at=_soon())
    fault("F13")
    return record_refund(refund=refund, record=record, now=clock.wall_now())


def _soon() -> datetime:
    return clock.wall_now() + _LOOK_AGAIN
