"""Say whether an object was read whole after an event about it happened: then the event has nothing to add.

After an outage hundreds of events name the same bill, and the first of them reads it as it is now.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.compiled import CompiledQuery
from paydesk.gateways.contract import ObjectKind, ObjectReference
from paydesk.merchants.models import Connection

#: An event has the company's time, a reading has ours. They differ by less than this, as the age of a signature may:
#: with a clock that is further off, no webhook would be taken at all.
_CLOCKS_DIFFER_BY = timedelta(minutes=5)


class _Read(NamedTuple):
    observed_at: datetime


_SLOTS: dict[str, type] = {"merchant_id": int, "connection_id": int, "reference": str}
#: A payment whose fingerprint is empty was not read whole since its last attempt succeeded.
_BILL = CompiledQuery(
    build=lambda merchant_id, connection_id, reference: (
        Payment.objects.filter(merchant_id=merchant_id, connection_id=connection_id, reference=reference)
        .exclude(fingerprint="")
        .values_list("observed_at")
    ),
    into=_Read,
    slots=_SLOTS,
)
#: Events of a charge name the charge, which is one of a bill's attempts.
_BILL_OF_CHARGE = CompiledQuery(
    build=lambda merchant_id, connection_id, reference: (
        Payment.objects.filter(
            merchant_id=merchant_id,
            attempt__merchant_id=merchant_id,
            attempt__connection_id=connection_id,
            attempt__reference=reference,
        )
        .exclude(fingerprint="")
        .values_list("observed_at")
    ),
    into=_Read,
    slots=_SLOTS,
)
_SUBSCRIPTION = CompiledQuery(
    build=lambda merchant_id, connection_id, reference: Subscription.objects.filter(
        merchant_id=merchant_id, connection_id=connection_id, reference=reference
    ).values_list("observed_at"),
    into=_Read,
    slots=_SLOTS,
)
#: Customers and set-ups are always read: their rows do not say when all of them was.
_QUERIES = {
    ObjectKind.COLLECTIBLE: (_BILL, _BILL_OF_CHARGE),
    ObjectKind.SUBSCRIPTION: (_SUBSCRIPTION,),
}


def was_read_since(
    happened_at: datetime, *, connection: Connection, named: ObjectReference, now: datetime
) -> bool:
    """Say so only when it is sure. An event of right now costs no query: nothing was read since. `now` is wall time."""
    surely_past = happened_at + _CLOCKS_DIFFER_BY
    if now <= surely_past or not named.reference:
        return False
    for query in _QUERIES.get(named.kind, ()):
        found = query.first(
            merchant_id=connection.merchant_id, connection_id=connection.id, reference=named.reference
        )
        if found is not None:
            return surely_past < found.observed_at <= now
    return False
