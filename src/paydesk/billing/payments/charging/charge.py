"""Charge a payment whose day has come: the charge run hands them over one by one.

1. Open an attempt (one short transaction that locks agreement and payment and proves that the row is still ours).
2. Ask the gateway (no transaction; the attempt's key makes a repeat harmless): prepare, remember, confirm.
3. Record what it said. Without an answer the attempt is open, and the resolver looks it up; the payment comes back into
   the run only when it is sure that nothing was charged.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from paydesk.billing.payments.ask import ask_for_money
from paydesk.billing.payments.charging.due_rows import put_off
from paydesk.billing.payments.charging.follow import follow_payments
from paydesk.billing.payments.charging.not_taken import note_refused_request
from paydesk.billing.payments.charging.silence import SILENCE
from paydesk.billing.payments.choices import Chosen, ends_before, method_on_file, open_attempt_of
from paydesk.billing.payments.locks import lock_payment
from paydesk.billing.payments.models import Attempt, DueCharge, Payment
from paydesk.billing.payments.open_attempt import open_attempt
from paydesk.billing.payments.record import record_inside
from paydesk.billing.payments.refused import (
    ChargingHeld,
    CompanyRefused,
    CompanySilent,
    NoMethod,
    RetryRefused,
)
from paydesk.billing.subscriptions.schedule import starts_at
from paydesk.database.transactions import in_transaction
from paydesk.gateways.contract import Capability, Gateway
from paydesk.gateways.records import Advice, Decline, DeclineReason, Outcome, SubscriptionState, Verdict
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.work.claim import Claim
from paydesk.work.queues import Later, pause_after

log = logging.getLogger(__name__)

#: How long a payment waits while its merchant's charging is held, or its gateway is not installed.
_HELD = timedelta(minutes=1)
_MISSING = timedelta(minutes=10)
_CLOSED = timedelta(hours=6)
_CHARGED_IN = {SubscriptionState.ACTIVE, SubscriptionState.TRIALING, SubscriptionState.PAST_DUE}
_METHOD_GONE = Decline(reason=DeclineReason.METHOD_GONE, advice=Advice.OTHER_METHOD, code="no_method_on_file")


class LostClaim(Exception):
    """Another worker holds the row by now: whatever it does, this one does nothing."""


def charge_due_payment(taken: Claim, now: datetime) -> None:
    """Charge it, unless there is nothing to charge any more. Raises Later to be called again. `now` is wall time."""
    if taken.merchant_id is None:
        raise AssertionError("a payment belongs to a merchant")
    merchant = merchant_by_id(taken.merchant_id)
    payment = _payment(merchant, taken)
    if (silent_until := SILENCE.until(payment.connection_id, now=now)) is not None:
        raise Later(silent_until, "the company does not answer")
    gateway = _gateway(merchant, payment, now)
    try:
        attempt = in_transaction(lambda: _open(merchant, payment, taken, now))
    except ChargingHeld as held:
        raise Later(now + _HELD, held.why) from held
    if attempt is not None and attempt.state in Attempt.OPEN:
        _ask(gateway, attempt, payment, taken)


def _payment(merchant: MerchantInSight, taken: Claim) -> Payment:
    return Payment.objects.select_related("connection", "gateway_customer").get(
        merchant_id=merchant.id, duecharge__merchant_id=merchant.id, duecharge__id=taken.row_id
    )


def _gateway(merchant: MerchantInSight, payment: Payment, now: datetime) -> Gateway:
    try:
        gateway = connect(payment.connection, merchant=merchant)
    except GatewayMissing as missing:
        raise Later(now + _MISSING, str(missing)) from missing
    if Capability.CHARGE_OFF_SESSION not in gateway.capabilities():
        raise Later(now + _MISSING, f"{gateway.TITLE} cannot charge a saved method.")
    return gateway


def _open(merchant: MerchantInSight, payment: Payment, taken: Claim, now: datetime) -> Attempt | None:
    """Give the attempt that was opened; None when there is nothing to charge."""
    row = lock_payment(merchant_id=merchant.id, payment_id=payment.id, known=payment)
    if row.connection_id != payment.connection_id:
        raise Later(now, "it is charged at another company by now")
    row.connection = payment.connection
    held = DueCharge.objects.filter(merchant_id=merchant.id, id=taken.row_id, fence=taken.fence)
    if not held.exists():
        raise LostClaim(f"payment {row.public_id}")
    if (wait_until := _waits_until(merchant, row, now)) is not None:
        raise Later(wait_until, "its day has not come")
    if row.connection.removed_at is not None:
        # The connection may be opened again, and what is owed is owed still.
        raise Later(now + _CLOSED, "the connection was closed")
    if not _is_to_be_charged(row, merchant):
        return None
    return _opened(merchant, row, now)


def _waits_until(merchant: MerchantInSight, row: Payment, now: datetime) -> datetime | None:
    """Its day may have been moved since the row was claimed, and no clock may charge before it (I15).

    Where the merchant's zone was changed just now, its day may begin later than is written yet.
    """
    begins_at = row.due_at
    is_moving = row.subscription is not None and row.subscription.moving_since is not None
    if row.due_date is not None and not is_moving:
        begins_at = max(begins_at, starts_at(row.due_date, zone=merchant.time_zone))
    due_at = merchant.wall_time(begins_at)
    return due_at if due_at > now else None


def _is_to_be_charged(row: Payment, merchant: MerchantInSight) -> bool:
    """What was paid, skipped or covered meanwhile is not, nor what an agreement that pauses or ends will not pay."""
    if row.state not in (Payment.State.SCHEDULED, Payment.State.DUE) or row.subscription is None:
        return False
    if open_attempt_of(row) is not None:
        return False
    cancels_at = row.subscription.cancels_at
    if cancels_at is not None and cancels_at <= merchant.business_now():
        # It has ended, though nobody came to write that down yet: nothing is asked for after the end (I08).
        return False
    return row.subscription.state in _CHARGED_IN and not ends_before(row)


def _opened(merchant: MerchantInSight, row: Payment, now: datetime) -> Attempt:
    if row.state == Payment.State.SCHEDULED:
        # From here on it is overdue if nobody pays it, whatever becomes of this attempt.
        row.state = Payment.State.DUE
    try:
        chosen = method_on_file(row)
    except NoMethod:
        attempt = open_attempt(
            merchant=merchant, payment=row, chosen=Chosen(), asked_by=Attempt.AskedBy.ENGINE, now=now
        )
        # A clear no that needs no asking: there is nothing that could be charged.
        no = Outcome(verdict=Verdict.DECLINED, decline=_METHOD_GONE, occurred_at=now)
        attempt = record_inside(merchant_id=merchant.id, attempt_id=attempt.id, outcome=no, now=now)
    else:
        attempt = open_attempt(
            merchant=merchant, payment=row, chosen=chosen, asked_by=Attempt.AskedBy.ENGINE, now=now
        )
    if row.subscription_id is not None:
        follow_payments(merchant=merchant, subscription_id=row.subscription_id, now=now)
    return attempt


def _ask(gateway: Gateway, attempt: Attempt, payment: Payment, taken: Claim) -> None:
    """A charge that could not be prepared was given up, and its payment is in the run again; here is said when."""
    try:
        ask_for_money(gateway=gateway, attempt=attempt, payment=payment, return_url="")
        SILENCE.broken(payment.connection_id)
    except CompanySilent as silent:
        again_at = SILENCE.note(payment.connection_id, now=clock.wall_now(), retry_after=silent.retry_after)
        put_off(payment, until=again_at, trouble="the company does not answer")
    except CompanyRefused as refused:
        now = clock.wall_now()
        put_off(payment, until=now + pause_after(attempt.number + 4), trouble=refused.said)
        note_refused_request(payment, attempt, now=now)
    except RetryRefused as taken_over:
        log.info("attempt %s was settled by another: %s", attempt.public_id, taken_over)
