"""Settle an attempt that is still open, by looking it up at the company. Looking never moves money.

Looked up after 1, 5 and 15 minutes, then hourly for a day, then daily. "Never seen" is believed only when the ask
cannot still be on its way.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from paydesk.billing.payments.call_off import called_off
from paydesk.billing.payments.models import Attempt
from paydesk.billing.payments.record import CONFIRM_WITHIN, record_outcome
from paydesk.billing.payments.reread import reread_quietly
from paydesk.billing.payments.silent import SILENT, wake_the_others
from paydesk.billing.payments.uncertain import end_doubt, say_what_is_in_doubt
from paydesk.database.transactions import in_transaction, let_go
from paydesk.gateways.contract import ChargeQuery, Gateway, GatewayRefused, GatewayUnreachable
from paydesk.gateways.records import Outcome, Verdict
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.work.claim import Claim
from paydesk.work.queues import Later

_STILL_UNDER_WAY = timedelta(minutes=2)
_LOOKS = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)]
_HOURLY_UNTIL = timedelta(days=1)


class Look(NamedTuple):
    """An attempt as it stands, with its payment and connection, and whether the company answered.

    `is_refused`: it heard us, and will not say: asking again need not help.
    """

    attempt: Attempt
    is_answered: bool
    is_refused: bool = False


def look_up_attempt(*, merchant: MerchantInSight, attempt_id: int, now: datetime) -> Attempt:
    """Ask the company and record its answer; no answer leaves the attempt as it is. `now` is wall time."""
    return look_at_attempt(merchant=merchant, attempt_id=attempt_id, now=now).attempt


def resolve_attempt(taken: Claim, now: datetime) -> None:
    """Look the attempt up; one that stays open is put back for its next look."""
    if taken.merchant_id is None:
        raise AssertionError("an attempt belongs to a merchant")
    look = look_at_attempt(merchant=merchant_by_id(taken.merchant_id), attempt_id=taken.row_id, now=now)
    attempt = look.attempt
    if look.is_answered:
        wake_the_others(attempt, now)
    if attempt.state in Attempt.OPEN:
        in_transaction(lambda: say_what_is_in_doubt(attempt, is_answered=look.is_answered, now=now))
        look_at = next_look_at(asked_at=attempt.created_at, now=now)
        if attempt.wait_until is not None and attempt.wait_until > now:
            look_at = attempt.wait_until
        raise Later(look_at, "no clear answer yet" if look.is_answered else SILENT)
    # A doubt that was opened while another was settling it.
    end_doubt(attempt, now)


def look_at_attempt(*, merchant: MerchantInSight, attempt_id: int, now: datetime) -> Look:
    """The same, and say whether the company answered. `now` is wall time."""
    attempt = Attempt.objects.select_related("payment", "connection").get(
        merchant_id=merchant.id, id=attempt_id
    )
    if attempt.state not in Attempt.OPEN or attempt.origin != Attempt.Origin.PAYDESK:
        return Look(attempt=attempt, is_answered=False)
    gateway = connect(attempt.connection, merchant=merchant)
    try:
        outcome = _look(gateway, attempt, now)
    except (GatewayUnreachable, GatewayRefused) as silent:
        # Not even a no to the look-up says anything about the money: the attempt stays open.
        return Look(attempt=attempt, is_answered=False, is_refused=isinstance(silent, GatewayRefused))
    settled = record_outcome(
        merchant_id=merchant.id,
        attempt_id=attempt.id,
        outcome=outcome,
        now=now,
        was_unsent=attempt.state == Attempt.State.CREATED,
    )
    # Read above with the merchant's name: whoever needs them does not read them without it.
    settled.connection, settled.payment = attempt.connection, attempt.payment
    if settled.state not in Attempt.OPEN and not attempt.payment.is_ours:
        reread_quietly(connection=attempt.connection, gateway=gateway, reference=attempt.payment.reference)
    settled.payment, settled.connection = attempt.payment, attempt.connection
    return Look(attempt=settled, is_answered=True)


def next_look_at(*, asked_at: datetime, now: datetime) -> datetime:
    """Say when an attempt that is still open is looked up next."""
    age = now - asked_at
    for look in _LOOKS:
        if age < look:
            return asked_at + look
    return now + (timedelta(hours=1) if age < _HOURLY_UNTIL else timedelta(days=1))


def _look(gateway: Gateway, attempt: Attempt, now: datetime) -> Outcome:
    if attempt.state == Attempt.State.NEEDS_CUSTOMER and now >= attempt.created_at + CONFIRM_WITHIN:
        return called_off(gateway, attempt)
    let_go()
    outcome = gateway.find_charge(
        ChargeQuery(
            reference=attempt.reference or attempt.prepared_reference,
            tag=attempt.public_id,
            collectible="" if attempt.payment.is_ours else attempt.payment.reference,
            asked_at=attempt.submitted_at or attempt.created_at,
        )
    )
    if outcome.verdict is not Verdict.NEVER_SEEN:
        return outcome
    if now < (attempt.submitted_at or attempt.created_at) + _STILL_UNDER_WAY:
        return Outcome(verdict=Verdict.UNKNOWN)
    # What was prepared could still be confirmed by an ask that is late: called off first, it moves nothing any more. An
    # older database may not know yet that it was prepared, but the company says so.
    attempt.prepared_reference = attempt.prepared_reference or outcome.reference
    return called_off(gateway, attempt) if attempt.prepared_reference else outcome
