"""Try a declined payment with its customer's backup, once.

1. Open an attempt (one short transaction that locks agreement and payment, proves that the row is still ours, and asks
   whether the customer still wants it): at the payment itself, or, where the backup is at another company, at a payment
   there that covers it.
2. Ask the gateway as for every charge: prepare, remember, confirm, record.
3. When the company has said yes or no, say so once. Without an answer the resolver looks the attempt up; only what
   surely was never asked for is asked for again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import translation

from paydesk.billing.backups.begin import calls_for_backup, latest_try
from paydesk.billing.backups.chosen import chosen_backups
from paydesk.billing.backups.fit import pays_first, unfit_for
from paydesk.billing.backups.models import BackupTry
from paydesk.billing.customers.models import Customer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.ask import ask_for_money
from paydesk.billing.payments.charging.charge import LostClaim
from paydesk.billing.payments.charging.cover import cover_payments, name_of_cover
from paydesk.billing.payments.charging.follow import agreements_of, follow_payments
from paydesk.billing.payments.charging.silence import SILENCE
from paydesk.billing.payments.choices import Chosen, can_be_asked_for
from paydesk.billing.payments.locks import lock_payment
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.open_attempt import open_attempt, require_no_hold
from paydesk.billing.payments.refused import ChargingHeld, CompanyRefused, CompanySilent, RetryRefused
from paydesk.billing.payments.settle import next_look_at
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import in_transaction
from paydesk.events.record import record_event
from paydesk.gateways.records import SubscriptionState
from paydesk.kit import clock
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.work.claim import Claim
from paydesk.work.queues import Later

log = logging.getLogger(__name__)

#: What surely was never asked for is asked for again so often, after these pauses, and for a day at most.
_PAUSES = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1)]
_FOR = timedelta(days=1)
_HELD = timedelta(minutes=1)
#: The resolver looks first; then what it found is read here.
_AFTER_LOOK = timedelta(seconds=5)
_CHARGED_IN = {SubscriptionState.ACTIVE, SubscriptionState.TRIALING, SubscriptionState.PAST_DUE}
_SAID = {
    Attempt.State.SUCCEEDED.value: BackupTry.State.CHARGED,
    Attempt.State.DECLINED.value: BackupTry.State.DECLINED,
}


class _NotMade(Exception):
    """Nothing is to be asked for."""

    def __init__(self, why: BackupTry.Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, kw_only=True, slots=True)
class _Opened:
    """An attempt, and the payment that it is made at, with its connection and account. `is_new`: it was made now."""

    attempt: Attempt
    payment: Payment
    is_new: bool = True


def work_backup(taken: Claim, now: datetime) -> None:
    """Go on with one try; raises Later until it is known how it ended. `now` is wall time."""
    if taken.merchant_id is None:
        raise AssertionError("a payment belongs to a merchant")
    merchant = merchant_by_id(taken.merchant_id)
    row = _row(merchant, taken)
    if row.state != BackupTry.State.OPEN:
        return
    if row.attempt is None or row.attempt.state == Attempt.State.ABANDONED:
        try:
            _try(merchant, row, taken, now)
        except _NotMade as not_made:
            _end(row, BackupTry.State.NOT_MADE, now, why=not_made.why)
            return
        row = _row(merchant, taken)
    _conclude(row, clock.wall_now())


def _row(merchant: MerchantInSight, taken: Claim) -> BackupTry:
    rows = BackupTry.objects.select_related("payment", "attempt", "declined")
    return rows.get(merchant_id=merchant.id, id=taken.row_id)


def _conclude(row: BackupTry, now: datetime) -> None:
    attempt = row.attempt
    if attempt is None:
        raise AssertionError("it was tried, and there is no attempt")
    if attempt.state in Attempt.OPEN:
        raise Later(next_look_at(asked_at=attempt.created_at, now=now) + _AFTER_LOOK, "no clear answer yet")
    if attempt.state == Attempt.State.ABANDONED:
        # Looked up, and it surely was never asked for.
        raise Later(now + _pause(row), "nothing was asked for")
    _end(row, _SAID[attempt.state], now)


def _end(row: BackupTry, state: BackupTry.State, now: datetime, *, why: str = "") -> None:
    """Write how it ended, and tell of what was asked for, once."""

    def write() -> None:
        mine = BackupTry.objects.filter(
            merchant_id=row.merchant_id, id=row.id, state=BackupTry.State.OPEN
        ).update(state=state, why=why, ended_at=now)
        if mine and state != BackupTry.State.NOT_MADE:
            record_event(
                merchant_id=row.merchant_id, name="backup.tried", subject={"try": row.public_id}, now=now
            )

    in_transaction(write)


def _try(merchant: MerchantInSight, row: BackupTry, taken: Claim, now: datetime) -> None:
    """Ask for the money. A company that did not answer before anything was asked is asked again later."""
    if now > row.created_at + _FOR or row.asked_count > len(_PAUSES):
        raise _NotMade(BackupTry.Why.TOO_LATE)
    method = _wanted(row)
    if (silent_until := SILENCE.until(method.connection_id, now=now)) is not None:
        raise Later(silent_until, "the company does not answer")
    try:
        with translation.override(_language(merchant, row.payment)):
            opened = in_transaction(lambda: _open(merchant, row, method, taken, now))
    except ChargingHeld as held:
        raise Later(now + _HELD, held.why) from held
    except RetryRefused as refused:
        raise _NotMade(BackupTry.Why.UNFIT) from refused
    if opened.is_new:
        _ask(merchant, row, opened)


def _ask(merchant: MerchantInSight, row: BackupTry, opened: _Opened) -> None:
    connection = opened.payment.connection
    try:
        ask_for_money(
            gateway=connect(connection, merchant=merchant),
            attempt=opened.attempt,
            payment=opened.payment,
            return_url="",
        )
        SILENCE.broken(connection.id)
    except CompanySilent as silent:
        wall = clock.wall_now()
        again_at = SILENCE.note(connection.id, now=wall, retry_after=silent.retry_after)
        raise Later(max(again_at, wall + _pause(row)), "the company does not answer") from silent
    except CompanyRefused as refused:
        log.warning("the backup of payment %s was refused: %s", row.payment.public_id, refused.said)
        raise _NotMade(BackupTry.Why.REFUSED) from refused
    except RetryRefused as taken_over:
        log.info("attempt %s was settled by another: %s", opened.attempt.public_id, taken_over)


def _wanted(row: BackupTry) -> PaymentMethod:
    """Give what the customer wants tried as it stands now; who has taken that back meanwhile wants nothing."""
    chosen = chosen_backups(merchant_id=row.merchant_id, customer_id=row.payment.customer_id)
    method = chosen.method_of(row.payment.subscription_id or 0)
    if method is None:
        raise _NotMade(BackupTry.Why.NOT_WANTED)
    return method


def _open(
    merchant: MerchantInSight, row: BackupTry, method: PaymentMethod, taken: Claim, now: datetime
) -> _Opened:
    """Open the attempt, or give the one that was found again after a restore. Everything is asked under the locks."""
    payment = lock_payment(merchant_id=merchant.id, payment_id=row.payment_id)
    mine = BackupTry.objects.filter(merchant_id=merchant.id, id=row.id, fence=taken.fence)
    if not mine.exists():
        raise LostClaim(f"backup of payment {payment.public_id}")
    made = _made_before(payment, method)
    if made is not None:
        mine.update(attempt_id=made.id)
        return _Opened(attempt=made, payment=payment, is_new=False)
    if _wanted(row) != method:
        raise Later(now, "another backup was chosen meanwhile")
    _require_sense(merchant, payment, method)
    # The company that declined it is compared after a restore as well, and so are both.
    require_no_hold(payment, now)
    asked_at = payment
    if method.gateway_customer_id != payment.gateway_customer_id:
        asked_at = cover_payments(
            merchant=merchant,
            payments=[payment],
            waived_minor=0,
            now=now,
            backup=method.gateway_customer,
        )
    asked_at.connection, asked_at.gateway_customer = method.connection, method.gateway_customer
    attempt = open_attempt(
        merchant=merchant,
        payment=asked_at,
        chosen=Chosen(
            method_id=method.id,
            reference=method.reference,
            brand=method.brand,
            last_four=method.last_four,
        ),
        asked_by=Attempt.AskedBy.DUNNING,
        now=now,
    )
    for subscription_id in agreements_of(asked_at):
        follow_payments(merchant=merchant, subscription_id=subscription_id, now=now)
    mine.update(attempt_id=attempt.id, asked_count=row.asked_count + 1)
    return _Opened(attempt=attempt, payment=asked_at)


def _require_sense(merchant: MerchantInSight, payment: Payment, method: PaymentMethod) -> None:
    """Raise _NotMade for what may not be asked for any more. The payment is locked."""
    declined, agreement = latest_try(payment), _agreement(payment)
    if declined is None or not calls_for_backup(payment, declined):
        raise _NotMade(BackupTry.Why.OVERTAKEN)
    if agreement.state not in _CHARGED_IN or (
        agreement.ends_at is not None and agreement.ends_at <= merchant.business_now()
    ):
        raise _NotMade(BackupTry.Why.OVERTAKEN)
    if agreement.moving_since is not None:
        # What is on its way to another method is paid by that one, or goes on as it did.
        raise _NotMade(BackupTry.Why.OVERTAKEN)
    if not merchant.policies.backup_method:
        raise _NotMade(BackupTry.Why.NOT_WANTED)
    why = unfit_for(
        method=method,
        subscription=agreement,
        pays_first_id=_paid_first_by(payment, agreement, declined),
        merchant=merchant,
        now=merchant.business_now(),
    )
    if why is not None or not can_be_asked_for(payment, method.connection.removed_at):
        raise _NotMade(BackupTry.Why.UNFIT)


def _agreement(payment: Payment) -> Subscription:
    return Subscription.objects.get(merchant_id=payment.merchant_id, id=payment.subscription_id or 0)


def _paid_first_by(payment: Payment, agreement: Subscription, declined: Attempt) -> int | None:
    """Name the method (id) that was declined; a company tells no more of it than its last digits."""
    if payment.is_ours:
        return declined.payment_method_id
    return pays_first(agreement, bill_method_id=payment.payment_method_id)


def _made_before(payment: Payment, method: PaymentMethod) -> Attempt | None:
    """Give the charge of an earlier try at the backup's company that a restored database had lost, and found again."""
    begins = name_of_cover([payment.reference], backup=method.gateway_customer)
    return (
        Attempt.objects.filter(
            merchant_id=payment.merchant_id,
            connection_id=method.connection_id,
            payment__connection_id=method.connection_id,
            payment__reference__startswith=f"{begins}:",
        )
        .exclude(state=Attempt.State.ABANDONED)
        .order_by("-id")
        .first()
    )


def _pause(row: BackupTry) -> timedelta:
    return _PAUSES[min(row.asked_count, len(_PAUSES) - 1)]


def _language(merchant: MerchantInSight, payment: Payment) -> str:
    """What the charge is for is written as its receipt will be read."""
    known = Customer.objects.filter(merchant_id=merchant.id, id=payment.customer_id or 0)
    return known.values_list("language", flat=True).first() or merchant.language
