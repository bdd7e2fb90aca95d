"""Settle whatever is still open at a connection by looking it up, several side by side."""

from __future__ import annotations

from functools import partial

from django.db import connection as database
from django.db.models import F, QuerySet

from paydesk.billing.payments.models import Attempt
from paydesk.billing.payments.settle import look_at_attempt
from paydesk.billing.payments.uncertain import end_doubt
from paydesk.database.transactions import in_transaction, let_go
from paydesk.gateways.contract import GatewayUnreachable
from paydesk.kit import clock
from paydesk.sync.compare.hand import Hand
from paydesk.sync.read_ahead import Readers

_AT_A_TIME = 32


def compare_attempts(hand: Hand) -> bool:
    """Go on from the last attempt; True when all were looked up. Raises GatewayUnreachable.

    One of which the company will not say anything is passed over: a person is asked about whatever stays open.
    """
    place = int(hand.row().cursor or 0)
    with Readers(hand.gateway, on_wait=hand.renew) as readers:
        while not hand.is_over():
            ids = list(open_attempts(hand).filter(id__gt=place).values_list("id", flat=True)[:_AT_A_TIME])
            if not ids:
                return True
            let_go()
            heard = list(readers.answers([partial(_is_heard, hand, one) for one in ids]))
            if not all(heard):
                raise GatewayUnreachable("the company does not answer")
            place = ids[-1]
            hand.keep(cursor=str(place), attempts_count=F("attempts_count") + len(ids))
    return False


def open_attempts(hand: Hand) -> QuerySet[Attempt]:
    """List attempts of ours that are not settled, in an order that stays."""
    return Attempt.objects.filter(
        merchant_id=hand.merchant.id,
        connection_id=hand.connection.id,
        origin=Attempt.Origin.PAYDESK,
        state__in=Attempt.OPEN,
    ).order_by("id")


def _is_heard(hand: Hand, attempt_id: int) -> bool:
    """Look one up, in a thread of its own, which leaves no connection to the database behind; False after silence."""
    try:
        look = look_at_attempt(merchant=hand.merchant, attempt_id=attempt_id, now=clock.wall_now())
        is_settled = look.attempt.state not in Attempt.OPEN
        if is_settled:
            in_transaction(lambda: end_doubt(look.attempt, clock.wall_now()))
        return is_settled or look.is_answered or look.is_refused
    finally:
        database.close()
