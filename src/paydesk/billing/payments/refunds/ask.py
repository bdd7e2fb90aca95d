"""Ask a gateway to give money back, and record what it says. Asking again with the same key gives it back once."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from paydesk.billing.payments.models import Refund
from paydesk.billing.payments.refunds.record import as_it_stands, leave_open, record_refund, record_refusal
from paydesk.billing.payments.uncertain import MEMORY_USED
from paydesk.database.transactions import let_go
from paydesk.gateways.contract import Gateway, GatewayRefused, GatewayUnreachable, RefundRequest
from paydesk.kit import clock
from paydesk.kit.faults import fault
from paydesk.kit.money import Money

log = logging.getLogger(__name__)

_LOOK_AGAIN = timedelta(minutes=1)


def ask_for_refund(*, gateway: Gateway, refund: Refund) -> Refund:
    """Ask once and give the refund as it stands. Only a clear no is a failure (R6).

    Whoever was held up for long looks again: it may be settled, or the company may have forgotten its key (R5).
    """
    fault("F04")
    refund = as_it_stands(refund)
    if refund.state not in Refund.OPEN or not remembers(gateway, refund, now=clock.wall_now()):
        return refund
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


def remembers(gateway: Gateway, refund: Refund, *, now: datetime) -> bool:
    """Say whether the company surely knows the key still, should it have been asked before; `now`: wall time."""
    return now - (refund.asked_at or now) < gateway.KEY_MEMORY["refund"] * MEMORY_USED


def _soon() -> datetime:
    return clock.wall_now() + _LOOK_AGAIN
