"""Record what a company said about a refund of ours: in its answer, or when it was looked up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db.models import QuerySet

from paydesk.billing.payments.locks import lock_payment
from paydesk.billing.payments.mirrored.back import mirror_refund
from paydesk.billing.payments.models import Refund
from paydesk.billing.payments.restate import restate_payment
from paydesk.database.transactions import in_transaction
from paydesk.gateways.records import RefundRecord
from paydesk.kit.faults import fault


def record_refund(*, refund: Refund, record: RefundRecord, now: datetime) -> Refund:
    """Write what it says and what that means, in one transaction. Saying it twice changes nothing. `now`: wall time."""
    return in_transaction(lambda: _record(refund, record, now))


def record_refusal(*, refund: Refund, words: str) -> Refund:
    """Nothing was given back, and nothing will be. `words` are the company's, for staff."""
    _open(refund).update(state=Refund.State.FAILED, trouble=words[:500], due_at=None)
    return as_it_stands(refund)


def leave_open(*, refund: Refund, words: str, look_at: datetime) -> Refund:
    """The money may have gone back: it is looked up until that is known."""
    _open(refund).update(state=Refund.State.UNKNOWN, trouble=words[:500], due_at=look_at)
    return as_it_stands(refund)


def _record(refund: Refund, record: RefundRecord, now: datetime) -> Refund:
    payment = lock_payment(merchant_id=refund.merchant_id, payment_id=refund.payment_id)
    tagged = replace(record, tag=refund.public_id)
    mirror_refund(payment=payment, connection_id=refund.connection_id, record=tagged, now=now)
    restate_payment(payment=payment, state=payment.state, now=now, is_news=False)
    fault("F14")
    return as_it_stands(refund)


def _open(refund: Refund) -> QuerySet[Refund]:
    """A webhook may have told of it meanwhile: what the company said stands."""
    return Refund.objects.filter(
        merchant_id=refund.merchant_id, public_id=refund.public_id, state__in=Refund.OPEN
    )


def as_it_stands(refund: Refund) -> Refund:
    """Read it again."""
    return Refund.objects.get(merchant_id=refund.merchant_id, public_id=refund.public_id)
