"""Read what the company has of everybody of whom something can be charged, and mirror what is not known here.

A charge with our mark is taken to its attempt, which is made again if it was lost. Several customers are read side by
side, and the place is kept after some of them: a kill costs what is at hand, and what is written twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payments.mirrored.collectible import mirror_collectible
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.batches import batches
from paydesk.database.transactions import in_transaction, let_go
from paydesk.gateways.contract import Gateway
from paydesk.gateways.records import CollectibleRecord, all_pages
from paydesk.kit import clock
from paydesk.merchants.models import Connection
from paydesk.sync.compare.hand import Hand
from paydesk.sync.compare.known import as_it_was
from paydesk.sync.read_ahead import Readers

#: Customers whose reading is begun together, and after how much of it the place is kept.
_AT_A_TIME = 64
_CUSTOMERS_AT_ONCE, _RECORDS_AT_ONCE = 20, 250
#: What one transaction writes at most: on SQLite nobody else writes meanwhile.
_WRITTEN_AT_ONCE = 10
_CAN_BE_CHARGED = [
    Payment.State.SCHEDULED,
    Payment.State.DUE,
    Payment.State.PROCESSING,
    Payment.State.FAILED,
]


class Read(NamedTuple):
    """What the company has of one customer, and when it was asked (wall time)."""

    owner: GatewayCustomer
    records: Sequence[CollectibleRecord]
    asked_at: datetime


def compare_customers(hand: Hand) -> bool:
    """Go on from the last customer; True when all are read. Raises GatewayUnreachable, GatewayRefused."""
    place = int(hand.row().cursor or 0)
    if not place:
        hand.keep(customers_total=_customers(hand.connection).count(), customers_count=0)
    with Readers(hand.gateway, on_wait=hand.renew) as readers:
        while not hand.is_over():
            owners = list(_customers(hand.connection).filter(id__gt=place)[:_AT_A_TIME])
            if not owners:
                return True
            let_go()
            for reads in _at_once(readers.answers([partial(_read, hand.gateway, one) for one in owners])):
                _write(hand, reads)
                let_go()
            place = owners[-1].id
    return False


def _customers(connection: Connection) -> QuerySet[GatewayCustomer]:
    """List those with a payment of ours that is not settled, or an attempt that is open, in an order that stays.

    What is owed through another company may have been paid here, by a backup.
    """
    mine = {"merchant_id": connection.merchant_id, "connection_id": connection.id}
    payments = Payment.objects.filter(**mine, gateway_customer_id=OuterRef("id"))
    unsettled = {"collected_by": Subscription.CollectedBy.PAYDESK, "state__in": _CAN_BE_CHARGED}
    ours = payments.filter(**unsettled)
    elsewhere = Payment.objects.filter(
        merchant_id=connection.merchant_id, customer_id=OuterRef("customer_id"), **unsettled
    )
    asked = Attempt.objects.filter(
        **mine,
        payment__gateway_customer_id=OuterRef("id"),
        origin=Attempt.Origin.PAYDESK,
        state__in=Attempt.OPEN,
    )
    # A guest's charges wait for staff under an empty reference: the company lists nothing for it.
    owners = GatewayCustomer.objects.filter(**mine).exclude(reference="")
    return owners.filter(Q(Exists(ours)) | Q(Exists(elsewhere)) | Q(Exists(asked))).order_by("id")


def _read(gateway: Gateway, owner: GatewayCustomer) -> Read:
    """Uses no database: many are read side by side. An agreement's payments follow on one another, so oldest first."""
    asked_at = clock.wall_now()
    records = all_pages(lambda cursor: gateway.list_history(owner.reference, cursor=cursor))
    return Read(owner, sorted(records, key=lambda record: record.created_at), asked_at)


def _at_once(reads: Iterable[Read]) -> Iterator[list[Read]]:
    """Put together those after whom the place is kept."""
    return batches(
        reads, most=_CUSTOMERS_AT_ONCE, weigh=lambda read: len(read.records), heaviest=_RECORDS_AT_ONCE
    )


def _write(hand: Hand, reads: Sequence[Read]) -> None:
    """Most of what is read is known: that is asked for many at once, and only the rest is written."""
    known = as_it_was(hand.connection, [record for read in reads for record in read.records])
    new = [(read, record) for read in reads for record in read.records if record.reference not in known]
    for some in batches(new, most=_WRITTEN_AT_ONCE):
        in_transaction(partial(_mirror, hand, some))
    hand.keep(
        cursor=str(reads[-1].owner.id),
        customers_count=F("customers_count") + len(reads),
        charges_count=F("charges_count") + sum(len(read.records) for read in reads),
    )


def _mirror(hand: Hand, new: Sequence[tuple[Read, CollectibleRecord]]) -> None:
    """Prove first that the comparison is still ours."""
    hand.renew()
    for read, record in new:
        mirror_collectible(
            connection=hand.connection,
            owner=read.owner,
            record=record,
            capabilities=hand.gateway.capabilities(record),
            observed_at=read.asked_at,
            now=clock.wall_now(),
            is_news=True,
        )
