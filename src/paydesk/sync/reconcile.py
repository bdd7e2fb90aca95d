"""Read again, on a timer, what is still open and has not been looked at for a day: webhooks get lost.

An object that a company does not know any more, or one that does not answer, is left as it is and asked for next time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from paydesk.billing.payments.models import Payment
from paydesk.billing.payments.reread import NotThere, reread_payment, reread_subscription
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.contract import Gateway, GatewayUnreachable
from paydesk.gateways.records import SubscriptionState
from paydesk.gateways.registry import GatewayMissing
from paydesk.merchants.connect import connect
from paydesk.merchants.find import all_merchant_ids, merchant_by_id
from paydesk.merchants.models import Connection

log = logging.getLogger(__name__)

_STALE_AFTER = timedelta(days=1)
#: Objects of one connection that one run reads: a large merchant is spread over the day's runs.
_MOST = 200
_OPEN_PAYMENTS = [Payment.State.DUE, Payment.State.PROCESSING, Payment.State.FAILED]
_ENDED = [SubscriptionState.CANCELED.value, SubscriptionState.COMPLETED.value]


def reread_what_is_stale(now: datetime) -> None:
    """Visit every connection of every merchant. `now` is wall time."""
    for merchant_id in all_merchant_ids():
        merchant = merchant_by_id(merchant_id)
        for connection in Connection.objects.filter(merchant_id=merchant_id, removed_at__isnull=True):
            try:
                gateway = connect(connection, merchant=merchant)
            except GatewayMissing:
                log.warning("connection %s has no gateway installed", connection.uuid)
                continue
            _reread_connection(connection, gateway, now)


def _reread_connection(connection: Connection, gateway: Gateway, now: datetime) -> None:
    stale = {
        "merchant_id": connection.merchant_id,
        "connection_id": connection.id,
        "observed_at__lt": now - _STALE_AFTER,
    }
    payments = Payment.objects.filter(**stale, state__in=_OPEN_PAYMENTS).order_by("observed_at")
    subscriptions = Subscription.objects.filter(**stale).exclude(state__in=_ENDED).order_by("observed_at")
    _reread_each(
        payments.values_list("reference", flat=True)[:_MOST],
        lambda reference: reread_payment(connection=connection, gateway=gateway, reference=reference),
    )
    _reread_each(
        subscriptions.values_list("reference", flat=True)[:_MOST],
        lambda reference: reread_subscription(connection=connection, gateway=gateway, reference=reference),
    )


def _reread_each(references: Iterable[str], read: Callable[[str], object]) -> None:
    """Read each; a company that does not answer is not asked for the rest."""
    for reference in list(references):
        try:
            read(reference)
        except NotThere:
            log.warning("%s is not known to its company any more", reference)
        except GatewayUnreachable as silent:
            log.info("reading again stopped at %s: %s", reference, silent)
            return
