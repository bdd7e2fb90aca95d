"""Import a connection: every customer with methods, subscriptions and history, going on where a kill left it.

The unit is one page of customers. Its cursor is committed only when all of the page is mirrored; mirroring is safe to
repeat, so a kill in the middle costs one page done again, and loses or doubles nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.db.models import F

from paydesk.database.transactions import let_go
from paydesk.gateways.contract import Gateway
from paydesk.gateways.records import CustomerRecord, Page
from paydesk.kit import clock
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from paydesk.sync.models import ImportRun
from paydesk.sync.take_over import read_whole, write_whole

#: Customers read at a time: what waits for the network waits side by side.
_THREADS = 8


@dataclass(slots=True)
class _Counts:
    """What one page brought."""

    customers: int = 0
    subscriptions: int = 0
    payments: int = 0
    unlinked: int = 0


def import_history(
    *, merchant: MerchantInSight, connection: Connection, on_progress: Callable[[ImportRun], None]
) -> ImportRun:
    """Import all of it and give the finished run; raises GatewayUnreachable, and then the next call goes on."""
    gateway = connect(connection, merchant=merchant)
    run = _open_run(merchant, connection)
    while run.finished_at is None:
        let_go()
        page = gateway.list_customers(cursor=run.cursor)
        counts = _import_page(gateway, connection, page)
        run = _advance(run, page, counts)
        on_progress(run)
    return run


def _open_run(merchant: MerchantInSight, connection: Connection) -> ImportRun:
    mine = ImportRun.objects.filter(
        merchant_id=merchant.id, connection_id=connection.id, finished_at__isnull=True
    )
    return mine.first() or ImportRun.objects.create(
        merchant_id=merchant.id, connection_id=connection.id, started_at=clock.wall_now()
    )


def _import_page(gateway: Gateway, connection: Connection, page: Page[CustomerRecord]) -> _Counts:
    """Read side by side, write one customer at a time, each in one transaction."""
    counts = _Counts()
    with ThreadPoolExecutor(max_workers=_THREADS) as pool:
        for whole in pool.map(lambda record: read_whole(gateway, record), page.records):
            owner = write_whole(connection=connection, gateway=gateway, whole=whole, is_news=False)
            counts.customers += 1
            counts.subscriptions += len(whole.subscriptions)
            counts.payments += len(whole.collectibles)
            counts.unlinked += 1 if owner.customer_id is None else 0
    return counts


def _advance(run: ImportRun, page: Page[CustomerRecord], counts: _Counts) -> ImportRun:
    """Commit the cursor together with what was counted, so that a page done again is counted once."""
    mine = ImportRun.objects.filter(merchant_id=run.merchant_id, id=run.id)
    mine.update(
        cursor=page.next_cursor,
        customers_count=F("customers_count") + counts.customers,
        subscriptions_count=F("subscriptions_count") + counts.subscriptions,
        payments_count=F("payments_count") + counts.payments,
        unlinked_count=F("unlinked_count") + counts.unlinked,
        finished_at=None if page.next_cursor else clock.wall_now(),
    )
    return mine.get()
