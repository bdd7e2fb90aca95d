"""Read again, on a timer, every customer with something to collect: webhooks get lost, and some are never sent.

A new bill, a refund and a cancel are found this way as well as a payment that was made. How long what was read is
believed, the gateway says (`STALE_AFTER`): an hour where webhooks are known to go missing. One customer, or one
company, that cannot be read keeps nobody else waiting.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db.models import QuerySet

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payments.mirrored.whole_customer import WholeCustomer
from paydesk.database.transactions import let_go
from paydesk.gateways.contract import Gateway, GatewayBusy, GatewayRefused, GatewayUnreachable
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight, all_merchant_ids, merchant_by_id
from paydesk.merchants.models import Connection
from paydesk.sync.list_customers import record_of
from paydesk.sync.read_ahead import Readers
from paydesk.sync.reconciliation.stale import stale_customers
from paydesk.sync.take_over import read_known, write_whole

log = logging.getLogger(__name__)

#: How often the timer comes; a run goes on for less, and the lease of its job is longer.
EVERY = timedelta(minutes=5)
_RUN_MAX = timedelta(minutes=4)
#: How long a run stays with one connection that has many to read, while others wait.
_TURN_MAX = timedelta(minutes=1)
#: Of the time for which a gateway believes what was read, the last third is there for reading everybody again.
_DUE_PARTS, _ALL_PARTS = 2, 3
#: Customers whose reading is begun together.
_AT_A_TIME = 32
#: One that was begun and not written, since it cannot be or since the process died, is tried again after so long.
_AGAIN_AFTER = timedelta(minutes=10)
#: A company that wants to be left alone for longer than this is read on by the next run.
_WAIT_MAX = timedelta(seconds=10)


def reread_what_is_stale(now: datetime) -> None:
    """Visit every connection of every merchant, in turns. `now` is wall time."""
    began_at = clock.wall_now()
    until = began_at + _RUN_MAX
    to_visit = deque(
        (began_at, merchant, connection)
        for merchant in map(merchant_by_id, all_merchant_ids())
        for connection in Connection.objects.filter(merchant_id=merchant.id, removed_at__isnull=True)
    )
    while to_visit:
        not_before, merchant, connection = to_visit.popleft()
        let_go()
        time.sleep(max(0.0, (not_before - clock.wall_now()).total_seconds()))
        pause = _visit(merchant, connection, now=now, began_at=began_at, until=until)
        if pause is not None and pause <= _WAIT_MAX and clock.wall_now() + pause < until:
            # The others first: meanwhile its time may have come.
            to_visit.append((clock.wall_now() + pause, merchant, connection))


def _visit(
    merchant: MerchantInSight, connection: Connection, *, now: datetime, began_at: datetime, until: datetime
) -> timedelta | None:
    """Read what is stale at one connection; None when all is, else how long it wants to be left alone."""
    try:
        gateway = connect(connection, merchant=merchant)
        due_after = gateway.STALE_AFTER * _DUE_PARTS / _ALL_PARTS
        # What this run has written is not stale, whatever it was told of the time.
        stale = partial(stale_customers, connection, unread_since=min(now - due_after, began_at), now=now)
        again_at = now - due_after + _AGAIN_AFTER
        until = min(until, clock.wall_now() + _TURN_MAX)
        is_over = _reread(
            connection, gateway, lambda: list(stale()[:_AT_A_TIME]), again_at=again_at, until=until
        )
        return None if is_over else timedelta(0)
    except GatewayMissing:
        log.warning("the gateway of connection %s is not installed", connection.uuid)
    except GatewayBusy as busy:
        log.info("connection %s wants to be left alone for %s", connection.uuid, busy.retry_after)
        return busy.retry_after
    except (GatewayUnreachable, GatewayRefused) as silent:
        log.warning("connection %s does not answer: %s", connection.uuid, silent)
    except Exception:
        log.exception("connection %s could not be read again", connection.uuid)
    return None


def _reread(
    connection: Connection,
    gateway: Gateway,
    stale: Callable[[], list[GatewayCustomer]],
    *,
    again_at: datetime,
    until: datetime,
) -> bool:
    """Say whether all was read in time; raises GatewayUnreachable, GatewayRefused."""
    if not (owners := stale()):
        return True
    with Readers(gateway, on_wait=lambda: None, is_patient=False) as readers:
        while owners:
            _reread_some(connection, gateway, readers, owners, again_at)
            if clock.wall_now() > until:
                return False
            owners = stale()
    return True


def _reread_some(
    connection: Connection,
    gateway: Gateway,
    readers: Readers,
    owners: Sequence[GatewayCustomer],
    again_at: datetime,
) -> None:
    """Read them side by side, and write each as it comes."""
    # Noted before they are read: one that can never be read is not at the head of every run.
    ids = [owner.id for owner in owners]
    _mine(connection, ids).update(reread_at=again_at)
    let_go()
    written = 0
    try:
        for found in readers.answers([partial(_read, gateway, owner) for owner in owners]):
            _write(connection, gateway, owners[written], found)
            written += 1
            let_go()
    except GatewayBusy:
        # Not these customers' fault: they are the first again.
        for owner in owners[written:]:
            _mine(connection, [owner.id]).update(reread_at=owner.reread_at)
        raise


def _read(gateway: Gateway, owner: GatewayCustomer) -> WholeCustomer | Exception:
    """A company that is silent, or whose key opens nothing today, would only refuse the others as well."""
    try:
        return read_known(gateway, record_of(owner))
    except (GatewayUnreachable, GatewayRefused):
        raise
    except Exception as failure:  # noqa: BLE001  it is told of where it can be named
        return failure


def _write(
    connection: Connection, gateway: Gateway, owner: GatewayCustomer, found: WholeCustomer | Exception
) -> None:
    try:
        if isinstance(found, Exception):
            raise found
        write_whole(connection=connection, gateway=gateway, whole=found, is_news=True)
    except Exception:
        log.exception(
            "customer %s of connection %s could not be read again", owner.reference, connection.uuid
        )


def _mine(connection: Connection, ids: Sequence[int]) -> QuerySet[GatewayCustomer]:
    return GatewayCustomer.objects.filter(
        merchant_id=connection.merchant_id, connection_id=connection.id, id__in=ids
    )
