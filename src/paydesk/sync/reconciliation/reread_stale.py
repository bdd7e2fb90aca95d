"""Read again, on a timer, every customer with something to collect: webhooks get lost, and some are never sent.

A new bill, a refund and a dispute are found this way as well as a payment that was made. One customer, or one company,
that cannot be read keeps nobody else waiting.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import let_go
from paydesk.gateways.contract import Gateway, GatewayBusy, GatewayRefused, GatewayUnreachable
from paydesk.gateways.pace import unhurried
from paydesk.gateways.records import CustomerRecord, SubscriptionState
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight, all_merchant_ids, merchant_by_id
from paydesk.merchants.models import Connection
from paydesk.sync.take_over import read_whole, write_whole

log = logging.getLogger(__name__)

_STALE_AFTER = timedelta(days=1)
_RECENT = timedelta(days=90)
#: Customers of one connection that one run reads, and how long a run goes on: less than the lease of its job.
_MOST = 500
_RUN_MAX = timedelta(minutes=7)
#: A company that wants to be left alone for longer than this is read on by the next run.
_WAIT_MAX = timedelta(seconds=10)
_OPEN_PAYMENTS = [Payment.State.DUE, Payment.State.PROCESSING, Payment.State.FAILED]
_ENDED = [SubscriptionState.CANCELED.value, SubscriptionState.COMPLETED.value]


def reread_what_is_stale(now: datetime) -> None:
    """Visit every connection of every merchant. `now` is wall time."""
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
        with unhurried():
            pause = _visit(merchant, connection, now, until)
        if pause is not None and pause <= _WAIT_MAX and clock.wall_now() + pause < until:
            # The others first: meanwhile its time may have come.
            to_visit.append((clock.wall_now() + pause, merchant, connection))


def _visit(
    merchant: MerchantInSight, connection: Connection, now: datetime, until: datetime
) -> timedelta | None:
    """Read what is stale at one connection; gives how long it wants to be left alone, if it does."""
    try:
        _reread_connection(connection, connect(connection, merchant=merchant), now, until)
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


def _reread_connection(connection: Connection, gateway: Gateway, now: datetime, until: datetime) -> None:
    for owner in list(_stale(connection, now)[:_MOST]):
        if clock.wall_now() > until:
            return
        # Noted before it is read: one that can never be read is not at the head of every run.
        GatewayCustomer.objects.filter(merchant_id=owner.merchant_id, id=owner.id).update(reread_at=now)
        try:
            _reread_customer(connection, gateway, owner)
        except GatewayBusy:
            # Not this customer's fault: it is the first again.
            GatewayCustomer.objects.filter(merchant_id=owner.merchant_id, id=owner.id).update(
                reread_at=owner.reread_at
            )
            raise
        except (GatewayUnreachable, GatewayRefused):
            # Silent, or our key opens nothing today: the others would only be refused as well.
            raise
        except Exception:
            log.exception(
                "customer %s of connection %s could not be read again", owner.reference, connection.uuid
            )


def _reread_customer(connection: Connection, gateway: Gateway, owner: GatewayCustomer) -> None:
    let_go()
    gone = CustomerRecord(reference=owner.reference, email=owner.email, name=owner.name, is_deleted=True)
    whole = read_whole(gateway, gateway.read_customer(owner.reference) or gone)
    write_whole(connection=connection, gateway=gateway, whole=whole, is_news=True)


def _stale(connection: Connection, now: datetime) -> QuerySet[GatewayCustomer]:
    """List who has something open or recent and was not read for a day, the longest unread first."""
    mine = {"merchant_id": connection.merchant_id, "connection_id": connection.id}
    payments = Payment.objects.filter(**mine, gateway_customer_id=OuterRef("id")).filter(
        Q(due_at__gte=now - _RECENT) | Q(state__in=_OPEN_PAYMENTS)
    )
    agreements = Subscription.objects.filter(**mine, customer_id=OuterRef("customer_id")).exclude(
        state__in=_ENDED
    )
    return (
        GatewayCustomer.objects.filter(Exists(payments) | Exists(agreements), **mine)
        .filter(Q(reread_at__isnull=True) | Q(reread_at__lt=now - _STALE_AFTER))
        .order_by(F("reread_at").asc(nulls_first=True), "id")
    )
