"""Walk through the company's events since the backup, for charges with our mark whose customer is not known here.

A customer who was lost with the database has nothing left that could be charged; but what was charged is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.db.models import F

from paydesk.billing.payments.models import Attempt
from paydesk.billing.payments.reread import NotThere, Overtaken, reread_payment
from paydesk.database.transactions import let_go
from paydesk.gateways.contract import Capability, ObjectKind, WebhookEvent
from paydesk.sync.compare.hand import Hand

#: Our clock when the database last beat, and the company's, may have been apart.
_OVERLAP = timedelta(days=1)


def known_until(hand: Hand) -> datetime:
    """Say until when the books surely know what happened, by the company's time."""
    return (hand.hold.known_until or hand.connection.created_at) - _OVERLAP


def compare_events(hand: Hand) -> bool:
    """Go on from the page at hand; True when there is no more. Raises GatewayUnreachable, GatewayRefused."""
    if Capability.LIST_EVENTS not in hand.gateway.capabilities():
        return True
    cursor, since = hand.row().cursor, known_until(hand)
    while not hand.is_over():
        let_go()
        page = hand.gateway.list_events(cursor=cursor)
        recent = [event for event in page.records if event.created_at >= since]
        for charge in _unknown_charges(hand, recent):
            # What was only prepared is not listed; and what was read by another meanwhile is written.
            with suppress(NotThere, Overtaken):
                reread_payment(connection=hand.connection, gateway=hand.gateway, reference=charge)
            hand.renew()
        cursor = page.next_cursor if len(recent) == len(page.records) else ""
        hand.keep(cursor=cursor, events_count=F("events_count") + len(recent))
        if not cursor:
            return True
    return False


def _unknown_charges(hand: Hand, events: Sequence[WebhookEvent]) -> list[str]:
    """Name the charges with a mark that neither an attempt of ours has nor one that was mirrored.

    A company may name one charge in several ways, of which only one can be read, so each of them is given.
    """
    named = [one for event in events for one in hand.gateway.webhook_references(event)]
    marks: dict[str, set[str]] = {}
    for one in named:
        if one.kind is ObjectKind.CHARGE and one.tag:
            marks.setdefault(one.tag, set()).add(one.reference)
    mine = Attempt.objects.filter(merchant_id=hand.merchant.id, connection_id=hand.connection.id)
    marked = set(mine.filter(public_id__in=marks).values_list("public_id", flat=True))
    references = set().union(*marks.values())
    read = set(mine.filter(reference__in=references).values_list("reference", flat=True))
    unknown = [names for mark, names in marks.items() if mark not in marked and read.isdisjoint(names)]
    return [charge for names in unknown for charge in sorted(names)]
