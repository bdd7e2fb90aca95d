"""A charge that carries our mark is an attempt of ours: also when its row was lost with a database that was restored.

The mark is made of the key, and the key of merchant, agreement, number and attempt (R3), so it can be found again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payments.charging.cover import COVERABLE_THEN, GIVEN_UP, cover_payments, reference_of
from paydesk.billing.payments.charging.elsewhere import charge_elsewhere
from paydesk.billing.payments.charging.plan_out import write_next_payment
from paydesk.billing.payments.locks import lock_agreements
from paydesk.billing.payments.mirrored.back import mirror_dispute, mirror_refund
from paydesk.billing.payments.mirrored.lost_covers import Part, owed_then, parts_of, stretches
from paydesk.billing.payments.mirrored.unknown_marks import marked_charge
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.open_attempt import reopen_attempt
from paydesk.billing.payments.record import record_inside
from paydesk.billing.payments.restate import contradict, restate_payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import locked
from paydesk.gateways.records import AttemptRecord, CollectibleRecord, Verdict
from paydesk.kit import ids
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Connection

#: How many attempts at one payment, after those that are known, and covers of the same payments there may have been.
_ATTEMPTS_LOST, _COVERS_LOST = 12, 8


def mirror_our_charge(
    *, connection: Connection, owner: GatewayCustomer, record: CollectibleRecord, now: datetime
) -> Payment | None:
    """Take in a charge without a bill that carries our mark; None when it has none, or one that we never made.

    Call inside a transaction.
    """
    tried = marked_charge(record)
    if tried is None:
        return None
    attempt = (
        _by_mark(connection, tried.tag)
        or _made_again(connection, owner, tried, now)
        # While this one waited for a lock, another may have made it again: an event, or a comparison.
        or _by_mark(connection, tried.tag)
    )
    if attempt is None:
        return None
    outcome = tried.outcome if tried.outcome.reference else replace(tried.outcome, reference=tried.reference)
    if outcome.verdict is not Verdict.NEVER_SEEN:
        # What was only prepared may be confirmed by an ask that is on its way: a reading gives no attempt up. The
        # look-up does, when it has called it off.
        record_inside(merchant_id=connection.merchant_id, attempt_id=attempt.id, outcome=outcome, now=now)
    payment = Payment.objects.get(merchant_id=connection.merchant_id, id=attempt.payment_id)
    mirror_what_came_back(payment=payment, connection_id=connection.id, record=record, now=now)
    return payment


def mirror_known_charge(
    *, payment: Payment, connection_id: int, record: CollectibleRecord, now: datetime
) -> None:
    """Take in a charge that an attempt of ours has, and what came back of it. Call inside a transaction.

    A bank may let money go after the charge was called off: then an attempt that was given up succeeds after all.
    """
    for tried in record.attempts:
        attempt = Attempt.objects.filter(
            merchant_id=payment.merchant_id,
            connection_id=connection_id,
            payment_id=payment.id,
            reference=tried.reference,
            origin=Attempt.Origin.PAYDESK,
        ).first()
        is_news = attempt is not None and attempt.state != Attempt.State.SUCCEEDED
        if attempt is not None and is_news and tried.outcome.verdict is Verdict.SUCCEEDED:
            outcome = replace(tried.outcome, reference=tried.reference)
            record_inside(merchant_id=payment.merchant_id, attempt_id=attempt.id, outcome=outcome, now=now)
    mirror_what_came_back(payment=payment, connection_id=connection_id, record=record, now=now)


def mirror_what_came_back(
    *, payment: Payment, connection_id: int, record: CollectibleRecord, now: datetime
) -> None:
    """Keep refunds and disputes of a charge of ours with the payment that it paid. Call inside a transaction.

    They come back where it was charged; what was left of its agreement may be asked for elsewhere by now.
    """
    if not record.refunds and not record.disputes:
        return
    row = locked(Payment.objects.filter(merchant_id=payment.merchant_id, id=payment.id)).get()
    for refund in record.refunds:
        mirror_refund(payment=row, connection_id=connection_id, record=refund, now=now)
    for dispute in record.disputes:
        mirror_dispute(payment=row, connection_id=connection_id, record=dispute)
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
    """Look for the payment and the number that give this mark, and make what was lost."""
    merchant = merchant_by_id(connection.merchant_id)
    parts = parts_of(merchant_id=merchant.id, accounts=[owner.id])
    for part in parts:
        # One that was lost may be older than one that was found again already.
        if (number := _number_of(merchant, part, tried, known=0)) is not None:
            [payment] = _rows_of(merchant, [part], now)
            return _reopened(merchant, payment, tried, now, number=number)
    asked = tried.outcome.amount
    for together in stretches(parts, amount_minor=asked.minor) if asked else ():
        for tries in range(_COVERS_LOST):
            reference = reference_of([part.reference for part in together], tries=tries)
            if tried.tag == _mark(merchant, reference, 1):
                return _cover_again(merchant, together, tried, now, tries=tries)
    return _made_elsewhere(connection, merchant, owner, tried, now)


def _made_elsewhere(
    connection: Connection,
    merchant: MerchantInSight,
    owner: GatewayCustomer,
    tried: AttemptRecord,
    now: datetime,
) -> Attempt | None:
    """Look among the payments of the customer's other accounts: one was moved to this one, or paid by a backup here."""
    others = GatewayCustomer.objects.filter(merchant_id=merchant.id, customer_id=owner.customer_id or 0)
    accounts = list(others.exclude(id=owner.id).values_list("id", flat=True))
    owner.connection = connection
    for part in parts_of(merchant_id=merchant.id, accounts=accounts) if accounts else ():
        if (number := _number_of(merchant, part, tried, known=part.tried)) is not None:
            return _moved_again(merchant, owner, part, tried, now, number=number)
        for tries in range(_COVERS_LOST):
            if tried.tag == _mark(merchant, reference_of([part.reference], tries=tries, backup=owner), 1):
                return _cover_again(merchant, [part], tried, now, tries=tries, backup=owner)
    return None


def _moved_again(
    merchant: MerchantInSight,
    owner: GatewayCustomer,
    part: Part,
    tried: AttemptRecord,
    now: datetime,
    *,
    number: int,
) -> Attempt | None:
    """Let the payment be asked for here, and what is left of its agreement, unless that was asked for elsewhere since.

    None while it is on its way there: that comes first.
    """
    [payment] = _rows_of(merchant, [part], now)
    if payment.state == Payment.State.PROCESSING:
        return None
    asked = Attempt.objects.filter(merchant_id=merchant.id, payment__subscription_id=part.subscription_id)
    if asked.filter(created_at__gt=tried.created_at).exists():
        there = {"connection_id": owner.connection_id, "gateway_customer_id": owner.id}
        Payment.objects.filter(merchant_id=merchant.id, id=payment.id).update(**there)
    else:
        agreement = Subscription.objects.get(merchant_id=merchant.id, id=part.subscription_id)
        charge_elsewhere(agreement=agreement, owner=owner, method_id=None)
    return _reopened(merchant, payment, tried, now, number=number)


def _cover_again(
    merchant: MerchantInSight,
    together: Sequence[Part],
    tried: AttemptRecord,
    now: datetime,
    *,
    tries: int,
    backup: GatewayCustomer | None = None,
) -> Attempt | None:
    """Cover them as they were, under the same number and so with the same mark; what was let off is the rest.

    What was given up since had been paid by then, which a person looks at. None if one of them is paid otherwise, is on
    its way, or was to be paid with another amount.
    """
    rows = _rows_of(merchant, together, now)
    declined = [row for row in rows if backup is not None and row.state == Payment.State.PROCESSING]
    for row in declined:
        # Another account is asked only after a clear no: what is on its way by the older database was declined before.
        row.state = Payment.State.FAILED
    amount = tried.outcome.amount
    if amount is None or any(row.state not in COVERABLE_THEN for row in rows):
        return None
    is_given_up = any(row.state in GIVEN_UP for row in rows)
    for row in rows:
        row.owed_minor = owed_then(row)
    waived_minor = sum(row.owed_minor for row in rows) - amount.minor
    if not 0 <= waived_minor <= sum(row.fee_minor for row in rows):
        return None
    mine = Payment.objects.filter(merchant_id=merchant.id, id__in=[row.id for row in declined])
    mine.update(state=Payment.State.FAILED)
    covering = cover_payments(
        merchant=merchant, payments=rows, waived_minor=waived_minor, now=now, tries=tries, backup=backup
    )
    attempt = _reopened(merchant, covering, tried, now, number=1)
    if is_given_up and tried.outcome.verdict is Verdict.SUCCEEDED:
        contradict(payment=covering, attempt_public_id=attempt.public_id, now=now)
    return attempt


def _rows_of(merchant: MerchantInSight, parts: Sequence[Part], now: datetime) -> list[Payment]:
    """Lock the payments with their agreements; those that were lost with the database are made as they were."""
    for subscription in lock_agreements(
        merchant_id=merchant.id, ids={part.subscription_id for part in parts}
    ):
        mine = Payment.objects.filter(merchant_id=merchant.id, subscription_id=subscription.id)
        wanted = max(part.position for part in parts if part.subscription_id == subscription.id)
        while not mine.filter(position=wanted).exists():
            write_next_payment(merchant=merchant, subscription=subscription, now=now)
    rows = Payment.objects.filter(
        merchant_id=merchant.id,
        subscription_id__in={part.subscription_id for part in parts},
        reference__in=[part.reference for part in parts],
    )
    return list(locked(rows.order_by("id")))


def _reopened(
    merchant: MerchantInSight, payment: Payment, tried: AttemptRecord, now: datetime, *, number: int
) -> Attempt:
    return reopen_attempt(
        merchant=merchant, payment_id=payment.id, number=number, created_at=tried.created_at, now=now
    )


def _number_of(merchant: MerchantInSight, part: Part, tried: AttemptRecord, *, known: int) -> int | None:
    """Say which attempt at a payment has this mark; those up to `known` are not looked at."""
    numbers = range(known + 1, part.tried + _ATTEMPTS_LOST + 1)
    return next((one for one in numbers if tried.tag == _mark(merchant, part.reference, one)), None)


def _mark(merchant: MerchantInSight, reference: str, number: int) -> str:
    key = ids.idempotency_key(
        merchant=merchant.uuid, collectible=reference, attempt_number=number, operation="charge"
    )
    return ids.id_of_key(key)
