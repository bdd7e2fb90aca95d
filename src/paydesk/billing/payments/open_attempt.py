"""Open an attempt at a locked payment: its row and key are there before anything is asked (R1, R2, R3)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.holds.held import held_because
from paydesk.billing.payments.charging.due_rows import take_out_of_run
from paydesk.billing.payments.choices import Chosen
from paydesk.billing.payments.locks import lock_payment
from paydesk.billing.payments.mirrored.lone_charges import next_number
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.record import FIRST_LOOK
from paydesk.billing.payments.refused import ChargingHeld, RetryRefused
from paydesk.kit import ids
from paydesk.kit.faults import fault
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection

_NOT_ON_ITS_WAY = (Payment.State.SCHEDULED, Payment.State.DUE, Payment.State.FAILED)


def open_attempt(
    *, merchant: MerchantInSight, payment: Payment, chosen: Chosen, asked_by: Attempt.AskedBy, now: datetime
) -> Attempt:
    """Make the row, and let the payment be on its way. Call inside a transaction; `now` is wall time.

    Raises RetryRefused when the connection was removed, ChargingHeld while the merchant's charging waits.
    """
    if payment.is_ours:
        require_no_hold(payment, now)
    attempt = _write(
        merchant,
        payment,
        number=next_number(payment),
        state=Attempt.State.CREATED,
        asked_by=asked_by,
        created_at=now,
        due_at=now + FIRST_LOOK,
        payment_method_id=chosen.method_id,
        method_brand=chosen.brand,
        method_last_four=chosen.last_four,
    )
    # Looked at after the row is there: disconnecting locks the connection, and counts what is open.
    if Connection.objects.filter(
        merchant_id=merchant.id, id=payment.connection_id, removed_at__isnull=False
    ).exists():
        raise RetryRefused(_("This payment cannot be made here. Please write to us, and we will help."))
    _let_it_be_on_its_way(payment)
    fault("F03")
    return attempt


def reopen_attempt(
    *, merchant: MerchantInSight, payment_id: int, number: int, created_at: datetime, now: datetime
) -> Attempt:
    """Make an attempt whose row was lost with the database, since its charge is at the company. Call in a transaction.

    What became of it is recorded next. While another attempt is open this one is written as abandoned: that the company
    has two of them is then said by whoever records it.
    """
    payment = lock_payment(merchant_id=merchant.id, payment_id=payment_id)
    is_alone = payment.state in _NOT_ON_ITS_WAY
    if payment.state == Payment.State.SCHEDULED and merchant.wall_time(payment.due_at) <= created_at:
        # On its day, and not early: what the bank declined then is overdue.
        payment.state = Payment.State.DUE
    attempt = _write(
        merchant,
        payment,
        number=number,
        state=Attempt.State.SUBMITTED if is_alone else Attempt.State.ABANDONED,
        # Who had asked is lost as well; nobody waits for it.
        asked_by=Attempt.AskedBy.ENGINE,
        created_at=created_at,
        submitted_at=created_at,
        found_at=now,
        due_at=created_at if is_alone else None,
    )
    if is_alone:
        _let_it_be_on_its_way(payment)
    return attempt


def _write(merchant: MerchantInSight, payment: Payment, *, number: int, **facts: Any) -> Attempt:
    key = ids.idempotency_key(
        merchant=merchant.uuid,
        collectible=_collectible_of(payment),
        attempt_number=number,
        operation="charge",
    )
    return Attempt.objects.create(
        merchant_id=merchant.id,
        connection_id=payment.connection_id,
        payment_id=payment.id,
        # The mark that travels with the charge: a restored backup makes the same one again.
        public_id=ids.id_of_key(key),
        number=number,
        origin=Attempt.Origin.PAYDESK,
        key=key,
        payment_state_before=payment.state,
        amount_minor=payment.owed_minor,
        currency=payment.currency,
        **facts,
    )


def _let_it_be_on_its_way(payment: Payment) -> None:
    mine = Payment.objects.filter(merchant_id=payment.merchant_id, id=payment.id)
    mine.update(state=Payment.State.PROCESSING)
    if payment.is_ours:
        take_out_of_run(merchant_id=payment.merchant_id, payment_ids=[payment.id])


def require_no_hold(payment: Payment, now: datetime) -> None:
    """Raise ChargingHeld while what is to be charged waits; `now` is wall time.

    Where the customer has another account, a backup of theirs may have paid it before a restore.
    """

    def may_be_paid_at(connections: Collection[int]) -> bool:
        accounts = GatewayCustomer.objects.filter(
            merchant_id=payment.merchant_id,
            customer_id=payment.customer_id or 0,
            connection_id__in=connections,
        )
        return accounts.exists()

    why = held_because(
        merchant_id=payment.merchant_id,
        connection_id=payment.connection_id,
        now=now,
        may_be_paid_at=may_be_paid_at,
    )
    if why:
        raise ChargingHeld(why)


def _collectible_of(payment: Payment) -> str:
    """Ours is named by its agreement and its number, or by what it covers; another's by its company and reference."""
    return payment.reference if payment.is_ours else f"{payment.connection.uuid}:{payment.reference}"
