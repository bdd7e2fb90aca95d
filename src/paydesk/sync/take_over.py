"""Take customers over whole: read everything that a company has of them, and write it in one transaction.

The import does it for every customer once, many together; the timer does it again for those with something to collect.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from paydesk.billing.customers.link import link_customer
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payment_methods.mirror import mirror_methods
from paydesk.billing.payments.mirrored.collectible import fingerprint, mirror_collectible
from paydesk.billing.payments.mirrored.first_sight import mirror_first_sight
from paydesk.billing.payments.mirrored.unseen import unseen
from paydesk.billing.payments.mirrored.whole_customer import WholeCustomer
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.mirror import mirror_subscription
from paydesk.database.batches import batches
from paydesk.database.transactions import in_transaction
from paydesk.gateways.contract import Gateway
from paydesk.gateways.records import CustomerRecord, all_pages
from paydesk.kit import clock
from paydesk.merchants.models import Connection

#: What one transaction writes at most: on SQLite nobody else writes meanwhile.
_CUSTOMERS_AT_ONCE = 20
_PAYMENTS_AT_ONCE = 250


def read_whole(gateway: Gateway, record: CustomerRecord) -> WholeCustomer:
    """Ask for everything; raises GatewayUnreachable, GatewayRefused. Uses no database: many may read side by side."""
    asked_at = clock.wall_now()
    is_there = not record.is_deleted
    return WholeCustomer(
        customer=record,
        methods=gateway.list_methods(record.reference) if is_there else (),
        subscriptions=all_pages(lambda cursor: gateway.list_subscriptions(record.reference, cursor=cursor)),
        collectibles=all_pages(lambda cursor: gateway.list_history(record.reference, cursor=cursor)),
        asked_at=asked_at,
    )


def read_known(gateway: Gateway, known: CustomerRecord) -> WholeCustomer:
    """The same for one that no list has told of just now; whom the company does not know any more is gone there."""
    return read_whole(gateway, gateway.read_customer(known.reference) or replace(known, is_deleted=True))


def at_once(wholes: Iterable[WholeCustomer]) -> Iterator[list[WholeCustomer]]:
    """Put together what one transaction writes."""
    return batches(
        wholes,
        most=_CUSTOMERS_AT_ONCE,
        weigh=lambda whole: len(whole.collectibles),
        heaviest=_PAYMENTS_AT_ONCE,
    )


def write_whole(
    *, connection: Connection, gateway: Gateway, whole: WholeCustomer, is_news: bool
) -> GatewayCustomer:
    """Write it; what is as it was is left alone. `is_news` tells others of payments that were made or failed."""
    return in_transaction(lambda: _write(connection, gateway, whole, is_news=is_news))


def write_wholes(
    *, connection: Connection, gateway: Gateway, wholes: Sequence[WholeCustomer]
) -> list[GatewayCustomer]:
    """Write customers in their order, those of whom nothing was known together. Call inside a transaction.

    Nobody is told: what happened before we came is no news.
    """
    owners: list[GatewayCustomer] = []
    new = unseen(connection=connection, wholes=wholes)
    for is_new, found in groupby(wholes, key=lambda whole: whole.customer.reference in new):
        if is_new:
            owners += mirror_first_sight(
                connection=connection,
                wholes=list(found),
                capabilities_of=gateway.capabilities,
                now=clock.wall_now(),
            )
        else:
            owners += [_write(connection, gateway, whole, is_news=False) for whole in found]
    return owners


def mirror_whole(
    *,
    connection: Connection,
    gateway: Gateway,
    whole: WholeCustomer,
    is_news: bool,
    in_order: Collection[str] = (),
) -> GatewayCustomer:
    """Mirror one customer, but the collectibles that are in order. Call inside a transaction."""
    now = clock.wall_now()
    owner = link_customer(connection=connection, record=whole.customer, now=now)
    mirror_methods(owner=owner, records=whole.methods, observed_at=whole.asked_at, now=now)
    for subscription in whole.subscriptions:
        mirror_subscription(
            connection=connection,
            owner=owner,
            record=subscription,
            capabilities=gateway.capabilities(subscription),
            observed_at=whole.asked_at,
            now=now,
        )
    for collectible in whole.collectibles:
        if collectible.reference not in in_order:
            mirror_collectible(
                connection=connection,
                owner=owner,
                record=collectible,
                capabilities=gateway.capabilities(collectible),
                observed_at=whole.asked_at,
                now=now,
                is_news=is_news,
            )
    GatewayCustomer.objects.filter(merchant_id=owner.merchant_id, id=owner.id).update(reread_at=now)
    return owner


def _write(
    connection: Connection, gateway: Gateway, whole: WholeCustomer, *, is_news: bool
) -> GatewayCustomer:
    """Mirror what is not as it was when it was mirrored last."""
    return mirror_whole(
        connection=connection,
        gateway=gateway,
        whole=whole,
        in_order=_unchanged(connection, whole),
        is_news=is_news,
    )


def _unchanged(connection: Connection, whole: WholeCustomer) -> set[str]:
    mine = Payment.objects.filter(
        merchant_id=connection.merchant_id,
        connection_id=connection.id,
        gateway_customer__reference=whole.customer.reference,
    )
    known = dict(mine.values_list("reference", "fingerprint"))
    return {
        record.reference
        for record in whole.collectibles
        if known.get(record.reference) == fingerprint(record)
    }
