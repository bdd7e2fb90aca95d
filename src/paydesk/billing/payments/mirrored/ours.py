"""A charge that carries our mark is an attempt of ours: also when its row was lost with a database that was restored.

The mark is made of the key, and the key of merchant, agreement, number and attempt (R3), so it can be found again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payments.charging.cover import COVERABLE, cover_payments, reference_of
from paydesk.billing.payments.locks import lock_agreements_of
from paydesk.billing.payments.mirrored.back import mirror_dispute, mirror_refund
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.open_attempt import reopen_attempt
from paydesk.billing.payments.record import record_inside
from paydesk.billing.payments.restate import restate_payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import locked
from paydesk.gateways.records import AttemptRecord, CollectibleRecord
from paydesk.kit import ids
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Connection

#: How many attempts at one payment, and covers of the same payments, a lost stretch of time may hold.
_ATTEMPTS_LOST, _COVERS_LOST = 12, 3


def mirror_our_charge(
    *, connection: Connection, owner: GatewayCustomer, record: CollectibleRecord, now: datetime
) -> Payment | None:
    """Take in a charge without a bill that carries our mark; None when it has none, or one that we never made.

    Call inside a transaction.
    """
    if len(record.attempts) != 1 or not record.attempts[0].tag:
        return None
    tried = record.attempts[0]
    attempt = _by_mark(connection, tried.tag) or _made_again(connection, owner, tried, now)
    if attempt is None:
        return None
    outcome = tried.outcome if tried.outcome.reference else replace(tried.outcome, reference=tried.reference)
    record_inside(merchant_id=connection.merchant_id, attempt_id=attempt.id, outcome=outcome, now=now)
    payment = Payment.objects.get(merchant_id=connection.merchant_id, id=attempt.payment_id)
    mirror_what_came_back(payment=payment, record=record, now=now)
    return payment


def mirror_what_came_back(*, payment: Payment, record: CollectibleRecord, now: datetime) -> None:
    """Keep refunds and disputes of a charge of ours with the payment that it paid. Call inside a transaction."""
    if not record.refunds and not record.disputes:
        return
    row = locked(Payment.objects.filter(merchant_id=payment.merchant_id, id=payment.id)).get()
    for refund in record.refunds:
        mirror_refund(payment=row, record=refund)
    for dispute in record.disputes:
        mirror_dispute(payment=row, record=dispute)
    restate_payment(payment=row, state=row.state, now=now, is_news=False)


def _by_mark(connection: Connection, tag: str) -> Attempt | None:
    return Attempt.objects.filter(
        merchant_id=connection.merchant_id,
        connection_id=connection.id,
        public_id=tag,
        origin=Attempt.Origin.PAYDESK,
    ).first()


def _made_again(
    connection: Connection, owner: GatewayCustomer, tried: AttemptRecord, now: datetime
) -> Attempt | None:
    """Look for the payment and the number that give this mark, and make the attempt that was lost."""
    merchant = merchant_by_id(connection.merchant_id)
    payments = list(
        Payment.objects.filter(
            merchant_id=merchant.id,
            gateway_customer_id=owner.id,
            collected_by=Subscription.CollectedBy.PAYDESK,
        ).order_by("subscription_id", "position")
    )
    for payment in payments:
        for number in range(1, _ATTEMPTS_LOST + 1):
            if tried.tag == ids.id_of_key(_key(merchant, payment.reference, number)):
                return reopen_attempt(
                    merchant=merchant, payment_id=payment.id, number=number, created_at=tried.created_at
                )
    for together, tries in _covers(payments):
        if tried.tag == ids.id_of_key(_key(merchant, reference_of(together, tries=tries), 1)):
            return _cover_again(merchant, together, tried, now)
    return None


def _covers(payments: Sequence[Payment]) -> Iterator[tuple[Sequence[Payment], int]]:
    """Give every stretch of one agreement's payments that may have been paid together."""
    numbered = [payment for payment in payments if payment.position is not None]
    for begin in range(len(numbered)):
        for end in range(begin + 1, len(numbered) + 1):
            stretch = numbered[begin:end]
            if stretch[0].subscription_id != stretch[-1].subscription_id:
                break
            for tries in range(_COVERS_LOST):
                yield stretch, tries


def _cover_again(
    merchant: MerchantInSight, together: Sequence[Payment], tried: AttemptRecord, now: datetime
) -> Attempt | None:
    """Cover them as they were; what was let off is the rest. None if one of them is not to be paid any more."""
    lock_agreements_of(merchant_id=merchant.id, payment_ids=[one.id for one in together])
    ids_ = [one.id for one in together]
    rows = list(locked(Payment.objects.filter(merchant_id=merchant.id, id__in=ids_).order_by("id")))
    amount = tried.outcome.amount
    if amount is None or any(row.state not in COVERABLE for row in rows):
        return None
    waived_minor = sum(row.owed_minor for row in rows) - amount.minor
    if not 0 <= waived_minor <= sum(row.fee_minor for row in rows):
        return None
    covering = cover_payments(
        payments=rows,
        order_id=rows[0].order_id,
        title=rows[0].title,
        waived_minor=waived_minor,
        waived_title="Finance fee that is let off",
        now=now,
    )
    return reopen_attempt(merchant=merchant, payment_id=covering.id, number=1, created_at=tried.created_at)


def _key(merchant: MerchantInSight, reference: str, number: int) -> UUID:
    return ids.idempotency_key(
        merchant=merchant.uuid, collectible=reference, attempt_number=number, operation="charge"
    )
