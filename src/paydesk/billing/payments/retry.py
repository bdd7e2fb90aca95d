"""Try a payment again: the customer, staff or dunning asked.

1. Open an attempt (one short transaction that locks the payment).
2. Ask the gateway (no transaction; the attempt's key makes a repeat harmless): prepare, remember, confirm.
3. Record what it said, and read the payment again. No answer leaves the attempt open for the resolver.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.utils.translation import gettext as _

from paydesk.billing.payments.ask import ask_for_money
from paydesk.billing.payments.call_off import call_off_attempt
from paydesk.billing.payments.charging.follow import agreements_of, follow_payments
from paydesk.billing.payments.charging.late_cover import is_part_on_its_way, reckon_rest
from paydesk.billing.payments.choices import (
    Chosen,
    can_be_asked_for,
    chosen_method,
    is_early,
    is_moving,
    open_attempt_of,
    payment_of,
    refusal,
)
from paydesk.billing.payments.locks import lock_payment
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.open_attempt import open_attempt
from paydesk.billing.payments.refused import RetryRefused, no_answer
from paydesk.billing.payments.reread import reread_quietly
from paydesk.database.transactions import in_transaction
from paydesk.gateways.contract import Gateway, GatewayRefused, GatewayUnreachable
from paydesk.gateways.registry import GatewayMissing
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight

log = logging.getLogger(__name__)


def retry_payment(
    *,
    merchant: MerchantInSight,
    customer_id: int,
    payment_public_id: str,
    method_public_id: str,
    asked_by: Attempt.AskedBy,
    return_url: str,
    now: datetime,
) -> Attempt:
    """Ask for the money once and give the attempt as it stands; raises RetryRefused, Payment.DoesNotExist.

    `method_public_id` empty: the method that the company has on file. `now` is wall time.
    """
    payment = payment_of(merchant_id=merchant.id, customer_id=customer_id, public_id=payment_public_id)
    if payment.covered_references and payment.paid_minor:
        in_transaction(lambda: reckon_rest(merchant=merchant, payment_id=payment.id, now=now))
    gateway = gateway_that_takes(payment, merchant)
    chosen = chosen_method(payment=payment, method_public_id=method_public_id)
    waiting = open_attempt_of(payment)
    if waiting is not None and waiting.state == Attempt.State.NEEDS_CUSTOMER:
        if waiting.payment_method_id == chosen.method_id:
            return waiting
        ended = call_off_or_refuse(gateway, waiting, now)
        # While the step waited the bill may have been paid elsewhere, whole or in part: read before we ask anew.
        if not payment.is_ours:
            reread_quietly(connection=payment.connection, gateway=gateway, reference=payment.reference)
        if ended.state != Attempt.State.ABANDONED:
            return ended
    attempt = in_transaction(lambda: _open_attempt(merchant, payment, chosen, asked_by, now))
    return ask_for_money(gateway=gateway, attempt=attempt, payment=payment, return_url=return_url)


def gateway_that_takes(payment: Payment, merchant: MerchantInSight) -> Gateway:
    """Give the gateway of a payment that comes with its connection; raises RetryRefused when it is gone."""
    try:
        if payment.connection.removed_at is None:
            return connect(payment.connection, merchant=merchant)
    except GatewayMissing:
        log.warning("the gateway of connection %s is not installed", payment.connection.uuid)
    raise RetryRefused(_("This payment cannot be made here. Please write to us, and we will help."))


def call_off_or_refuse(gateway: Gateway, waiting: Attempt, now: datetime) -> Attempt:
    """Call off an attempt that waits for the customer; raises RetryRefused when the company does not answer."""
    try:
        return call_off_attempt(gateway=gateway, attempt=waiting, now=now)
    except (GatewayUnreachable, GatewayRefused) as silent:
        raise RetryRefused(no_answer()) from silent


def _open_attempt(
    merchant: MerchantInSight, payment: Payment, chosen: Chosen, asked_by: Attempt.AskedBy, now: datetime
) -> Attempt:
    row = lock_payment(merchant_id=merchant.id, payment_id=payment.id)
    is_elsewhere = row.connection_id != payment.connection_id
    row.connection = payment.connection
    why_not = refusal(
        state=row.state,
        has_open_attempt=open_attempt_of(row) is not None or is_part_on_its_way(row),
        can_retry=can_be_asked_for(row, payment.connection.removed_at),
        is_early=is_early(row, merchant),
        is_moving=is_elsewhere or is_moving(row),
    )
    if why_not:
        raise RetryRefused(why_not)
    attempt = open_attempt(merchant=merchant, payment=row, chosen=chosen, asked_by=asked_by, now=now)
    for subscription_id in agreements_of(row):
        follow_payments(merchant=merchant, subscription_id=subscription_id, now=now)
    return attempt
