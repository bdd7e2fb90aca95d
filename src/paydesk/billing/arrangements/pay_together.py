"""Make the payments of a quote with one charge (R1b). However often it is pressed, one quote is one charge.

1. One short transaction locks agreements and payments, makes the payment that covers them, and opens its attempt.
2. Ask the gateway (no transaction; the attempt's key makes a repeat harmless): prepare, remember, confirm.
3. Record what it said. Declined or given up, all is as it was before, and a new quote can be made.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from paydesk.billing.arrangements.changes.change import being_moved
from paydesk.billing.arrangements.models import Quote
from paydesk.billing.arrangements.quotes import (
    QuoteRefused,
    get_quote,
    payments_of_quote,
    refusal_to_pay,
)
from paydesk.billing.payments.ask import ask_for_money
from paydesk.billing.payments.charging.cover import cover_payments
from paydesk.billing.payments.charging.follow import agreements_of, follow_payments
from paydesk.billing.payments.choices import Chosen, chosen_method
from paydesk.billing.payments.locks import lock_agreements_of
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.open_attempt import open_attempt
from paydesk.billing.payments.retry import call_off_or_refuse, gateway_that_takes
from paydesk.database.transactions import in_transaction, locked
from paydesk.merchants.find import MerchantInSight


def pay_quote(
    *,
    merchant: MerchantInSight,
    customer_id: int,
    quote_public_id: str,
    method_public_id: str,
    return_url: str,
    now: datetime,
) -> Attempt:
    """Ask for the money once and give the attempt as it stands; raises RetryRefused, Quote.DoesNotExist.

    `method_public_id` empty: the method on file for the first of the payments. `now` is wall time.
    """
    quote = get_quote(merchant.id, customer_id, quote_public_id)
    payments = payments_of_quote(quote)
    gateway = gateway_that_takes(payments[0], merchant)
    chosen = chosen_method(payment=payments[0], method_public_id=method_public_id)
    opened = in_transaction(lambda: _open(merchant, quote, chosen, now))
    if opened.is_new:
        return ask_for_money(
            gateway=gateway, attempt=opened.attempt, payment=opened.covering, return_url=return_url
        )
    attempt = opened.attempt
    if attempt.state == Attempt.State.NEEDS_CUSTOMER and attempt.payment_method_id != chosen.method_id:
        # Another method was chosen while the bank waited for the customer.
        attempt = call_off_or_refuse(gateway, attempt, now)
    if attempt.state == Attempt.State.ABANDONED:
        raise QuoteRefused(_("Nothing was charged. See again what it comes to, and choose how to pay."))
    return attempt


class _Opened(NamedTuple):
    attempt: Attempt
    covering: Payment
    is_new: bool


def _open(merchant: MerchantInSight, quote: Quote, chosen: Chosen, now: datetime) -> _Opened:
    """Open the attempt, or give the one that another press has opened. Locks agreements, payments, then the quote."""
    mine = Payment.objects.filter(
        merchant_id=merchant.id, customer_id=quote.customer_id, public_id__in=quote.payment_ids
    )
    ids = list(mine.values_list("id", flat=True))
    agreements = {one.id: one for one in lock_agreements_of(merchant_id=merchant.id, payment_ids=ids)}
    rows = {row.public_id: row for row in locked(mine.order_by("id"))}
    for row in rows.values():
        row.subscription = agreements.get(row.subscription_id or 0)
    held = locked(Quote.objects.filter(merchant_id=merchant.id, id=quote.id)).get()
    if held.covering_id is not None:
        return _opened_before(merchant, held.covering_id)
    why_not = refusal_to_pay(quote=held, payments=rows.values(), now=now)
    is_moved = any(row.connection_id != held.connection_id for row in rows.values())
    if not why_not and (is_moved or any(one.moving_since is not None for one in agreements.values())):
        why_not = being_moved()
    if why_not:
        raise QuoteRefused(why_not)
    covering = cover_payments(
        merchant=merchant,
        payments=[rows[public_id] for public_id in held.payment_ids],
        waived_minor=held.waived_minor,
        now=now,
    )
    if covering.amount_minor != held.amount_minor:
        raise AssertionError("a quote is charged to the minor unit")
    Quote.objects.filter(merchant_id=merchant.id, id=held.id).update(covering=covering)
    covering.gateway_customer, covering.connection = quote.gateway_customer, quote.connection
    attempt = open_attempt(
        merchant=merchant, payment=covering, chosen=chosen, asked_by=Attempt.AskedBy.CUSTOMER, now=now
    )
    for subscription_id in agreements_of(covering):
        follow_payments(merchant=merchant, subscription_id=subscription_id, now=now)
    return _Opened(attempt=attempt, covering=covering, is_new=True)


def _opened_before(merchant: MerchantInSight, covering_id: int) -> _Opened:
    covering = Payment.objects.get(merchant_id=merchant.id, id=covering_id)
    attempts = Attempt.objects.filter(
        merchant_id=merchant.id, payment_id=covering.id, origin=Attempt.Origin.PAYDESK
    )
    return _Opened(attempt=attempts.latest("number"), covering=covering, is_new=False)
