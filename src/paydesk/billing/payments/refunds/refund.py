"""Give money back: staff asked.

1. Write the refund with its key (one short transaction that locks the payment): it is there before anything is asked.
2. Ask the gateway (no transaction; the key makes a repeat harmless).
3. Record what it said. No answer leaves it open for the resolver (`settle.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from paydesk.billing.holds.held import held_because
from paydesk.billing.payments.locks import lock_payment
from paydesk.billing.payments.models import Payment, Refund
from paydesk.billing.payments.refunds.ask import ask_for_refund
from paydesk.billing.payments.refunds.left import ChargeLeft, charges_left
from paydesk.database.transactions import in_transaction
from paydesk.gateways.contract import Gateway
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import ids
from paydesk.kit.faults import fault
from paydesk.kit.money import Money
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection

_FIRST_LOOK = timedelta(minutes=1)
_CLOSED = "Its connection was closed. Refund it at the company."


class RefundRefused(Exception):
    """Nothing was given back by this ask. The words are for staff."""


def refund_payment(
    *,
    merchant: MerchantInSight,
    payment_public_id: str,
    amount_minor: int | None,
    asked_by: str,
    now: datetime,
) -> Refund:
    """Ask once and give the refund as it stands; raises RefundRefused, Payment.DoesNotExist.

    `amount_minor`: minor units of the payment's currency; None: all that is left. `asked_by`: who of the staff. `now`
    is wall time.
    """
    payment = Payment.objects.select_related("connection").get(
        merchant_id=merchant.id, public_id=payment_public_id
    )
    connection = _charged_at(payment, amount_minor)
    gateway = _gateway(merchant, connection)
    refund = in_transaction(lambda: _open(merchant, payment, connection, amount_minor, asked_by, now))
    answered = ask_for_refund(gateway=gateway, refund=refund)
    if answered.state == Refund.State.FAILED:
        raise RefundRefused(f"The company says no: {answered.trouble or 'it gave no reason.'}")
    return answered


def refusal(
    *, amount_minor: int | None, left: Sequence[ChargeLeft], has_open_refund: bool, is_covered: bool
) -> str | None:
    """Say why so much cannot be given back, or None if it can. `left`: of each charge, what can be given back still."""
    if is_covered:
        return "It was paid together with others, by one charge. Refund the payment that covers it."
    if has_open_refund:
        return "A refund of this payment has no answer yet. Wait until it is settled: `paydesk status`."
    if not left:
        return "Nothing of it was charged through a company, or all of that has gone back."
    if amount_minor is None:
        if len(left) > 1:
            return "It was paid with several charges. Say how much goes back; each refund is of one of them."
        return None
    if amount_minor < 1:
        return "A refund is of one minor unit at least."
    most = max(one.minor for one in left)
    if amount_minor > most:
        return f"At most {Money(most, left[0].currency)} can be given back with one refund."
    return None


def _is_paid_twice(row: Payment, left: Sequence[ChargeLeft]) -> bool:
    """Say whether one that another payment has paid was charged by itself as well. Until it is paid, this pays it."""
    covering = Payment.objects.filter(merchant_id=row.merchant_id, id=row.covered_by_id or 0)
    return bool(left) and covering.filter(state=Payment.State.PAID).exists()


def _charged_at(payment: Payment, amount_minor: int | None) -> Connection:
    """A bank may let money go after what was declined was moved: a charge is given back where it was asked for."""
    charge = _charge(charges_left(payment), amount_minor)
    if charge is None:
        return payment.connection
    return Connection.objects.get(merchant_id=payment.merchant_id, id=charge.connection_id)


def _charge(left: Sequence[ChargeLeft], amount_minor: int | None) -> ChargeLeft | None:
    return next((one for one in left if amount_minor is None or one.minor >= amount_minor), None)


def _gateway(merchant: MerchantInSight, connection: Connection) -> Gateway:
    if connection.removed_at is not None:
        raise RefundRefused(_CLOSED)
    try:
        return connect(connection, merchant=merchant)
    except GatewayMissing as missing:
        raise RefundRefused(str(missing)) from missing


def _open(
    merchant: MerchantInSight,
    payment: Payment,
    connection: Connection,
    amount_minor: int | None,
    asked_by: str,
    now: datetime,
) -> Refund:
    row = lock_payment(merchant_id=merchant.id, payment_id=payment.id)
    if why := held_because(merchant_id=merchant.id, connection_id=connection.id, now=now, is_refund=True):
        raise RefundRefused(f"Money waits: {why}")
    refunds = Refund.objects.filter(merchant_id=merchant.id, payment_id=row.id)
    left = charges_left(row)
    why_not = refusal(
        amount_minor=amount_minor,
        left=left,
        has_open_refund=refunds.filter(state__in=Refund.OPEN).exists(),
        is_covered=row.state == Payment.State.COVERED and not _is_paid_twice(row, left),
    )
    if why_not:
        raise RefundRefused(why_not)
    charge = _charge(left, amount_minor)
    if charge is None or charge.connection_id != connection.id:
        raise RefundRefused("It has changed this moment. Look at it, and ask again.")
    minor = charge.minor if amount_minor is None else amount_minor
    if not 0 < minor <= charge.minor:
        raise AssertionError("no more goes back than was captured (I17)")
    key = ids.idempotency_key(
        merchant=merchant.uuid,
        collectible=f"{connection.uuid}:{charge.reference}:{minor}",
        attempt_number=refunds.count() + 1,
        operation="refund",
    )
    refund = Refund.objects.create(
        merchant_id=merchant.id,
        connection_id=connection.id,
        payment_id=row.id,
        public_id=ids.id_of_key(key),
        key=key,
        charge_reference=charge.reference,
        state=Refund.State.CREATED,
        amount_minor=minor,
        currency=charge.currency,
        created_at=now,
        asked_by=asked_by[:80],
        asked_at=now,
        due_at=now + _FIRST_LOOK,
    )
    # Looked at after the row is there: disconnecting locks the connection, and counts what has no answer.
    if Connection.objects.filter(
        merchant_id=merchant.id, id=connection.id, removed_at__isnull=False
    ).exists():
        raise RefundRefused(_CLOSED)
    fault("F03")
    return refund
