"""Settle a refund of ours that has no answer yet, or one that the bank has not made yet, by looking it up.

Looked up after 1, 5 and 15 minutes, then hourly for a day, then daily. What the company never got is asked for again
with the same key, but only while it surely remembers keys (R5); after that it was not made, where refunds can be
searched, and a person looks where they cannot.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from paydesk.billing.concerns.open import open_concern
from paydesk.billing.holds.held import held_because
from paydesk.billing.payments.mirrored.back import doubt_about_refund, end_doubt_about_refund
from paydesk.billing.payments.models import Refund
from paydesk.billing.payments.refunds.ask import ask_for_refund, remembers
from paydesk.billing.payments.refunds.record import record_refund, record_refusal
from paydesk.billing.payments.settle import next_look_at
from paydesk.database.transactions import let_go
from paydesk.gateways.contract import Capability, Gateway, GatewayRefused, GatewayUnreachable
from paydesk.gateways.records import RefundRecord
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.work.claim import Claim
from paydesk.work.queues import Later

#: An ask may still be under way for so long, and is not sent again meanwhile.
_STILL_UNDER_WAY = timedelta(minutes=2)
_HELD = timedelta(minutes=1)
_SETTLED = (Refund.State.SUCCEEDED, Refund.State.FAILED)


def resolve_refund(taken: Claim, now: datetime) -> None:
    """Look it up, and ask again where that is safe; raises Later while it is not settled. `now` is wall time."""
    if taken.merchant_id is None:
        raise AssertionError("a refund belongs to a merchant")
    merchant = merchant_by_id(taken.merchant_id)
    refund = Refund.objects.select_related("connection").get(merchant_id=merchant.id, id=taken.row_id)
    # At a closed connection only a bank's last word can be missing: nobody is there who could be asked for it.
    if refund.state in _SETTLED or refund.asked_at is None or refund.connection.removed_at is not None:
        return
    try:
        settled = _settled(merchant, connect(refund.connection, merchant=merchant), refund, now)
    except (GatewayUnreachable, GatewayRefused, GatewayMissing) as silent:
        # Not even a no to the look-up says anything about the money.
        raise Later(next_look_at(asked_at=refund.asked_at, now=now), str(silent)) from silent
    if settled.state not in _SETTLED:
        raise Later(next_look_at(asked_at=refund.asked_at, now=now), settled.trouble or "no clear answer yet")
    end_doubt_about_refund(refund, state=settled.state, now=now)


def _settled(merchant: MerchantInSight, gateway: Gateway, refund: Refund, now: datetime) -> Refund:
    """Give the refund as it stands after the look-up."""
    can_search = Capability.FIND_BY_TAG in gateway.capabilities()
    found = _find(gateway, refund, can_search=can_search)
    if found is not None:
        return record_refund(refund=refund, record=found, now=clock.wall_now())
    age = now - (refund.asked_at or now)
    if refund.state not in Refund.OPEN or age < _STILL_UNDER_WAY:
        return refund
    if remembers(gateway, refund, now=now):
        why = held_because(
            merchant_id=merchant.id, connection_id=refund.connection_id, now=now, is_refund=True
        )
        if why:
            raise Later(now + _HELD, why)
        return ask_for_refund(gateway=gateway, refund=refund)
    if can_search:
        return record_refusal(refund=refund, words="The company never got the ask. Ask again.")
    _tell_a_person(refund, now)
    return refund


def _find(gateway: Gateway, refund: Refund, *, can_search: bool) -> RefundRecord | None:
    if not refund.reference and not can_search:
        return None
    let_go()
    return gateway.find_refund(
        reference=refund.reference or "", tag=refund.public_id, charge_reference=refund.charge_reference
    )


def _tell_a_person(refund: Refund, now: datetime) -> None:
    open_concern(
        **doubt_about_refund(refund),
        facts={
            "refund": refund.public_id,
            "charge": refund.charge_reference,
            "amount_minor": refund.amount_minor,
            "currency": refund.currency,
        },
        now=now,
    )
