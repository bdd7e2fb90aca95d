"""Say which customers may be written at a stroke: those of whom nothing is known here, and who hold no riddle.

Whoever shares a charge, a bill or a method with anybody, here or among those who are read with them, is mirrored one by
one, where each such question is answered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.db.models import Model

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.orders.models import Order
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.mirrored.sums import successes, taken_by
from paydesk.billing.payments.mirrored.unknown_marks import marked_charge
from paydesk.billing.payments.mirrored.whole_customer import WholeCustomer
from paydesk.billing.payments.models import Attempt, Dispute, Payment, Refund
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.records import CollectibleRecord
from paydesk.merchants.models import Connection


class _Name(NamedTuple):
    """A company's name for a thing. Bills, subscriptions and charges share one space: each may be an order's."""

    kind: str
    reference: str


#: Where a name may be known already.
_KNOWN_BY: dict[str, Sequence[type[Model]]] = {
    "customer": (GatewayCustomer,),
    "method": (PaymentMethod,),
    "money": (Subscription, Order, Payment, Attempt, LedgerEntry),
    "refund": (Refund, LedgerEntry),
    "dispute": (Dispute, LedgerEntry),
}


def unseen(*, connection: Connection, wholes: Sequence[WholeCustomer]) -> set[str]:
    """Name the customers that may be written at a stroke. Call inside the transaction that writes them."""
    names = [(whole, list(_names(whole))) for whole in wholes]
    count = Counter(name for _, own in names for name in own)
    plain = [
        (whole, own) for whole, own in names if is_plain(whole) and all(count[name] == 1 for name in own)
    ]
    known = _known(connection, {name for _, own in plain for name in own})
    return {whole.customer.reference for whole, own in plain if known.isdisjoint(own)}


def is_plain(whole: WholeCustomer) -> bool:
    """Say whether every row follows from the records alone: all that is named is there, and no sum is in doubt."""
    methods = {method.reference for method in whole.methods}
    subscriptions = {one.reference for one in whole.subscriptions}
    named = {one.method_reference for one in whole.subscriptions}
    named |= {one.method_reference for one in whole.collectibles}
    return (
        sum(method.is_default for method in whole.methods) <= 1
        and named <= {*methods, ""}
        and {one.subscription_reference for one in whole.collectibles} <= {*subscriptions, ""}
        and all(map(_adds_up, whole.collectibles))
        # A charge with a mark of ours, of a customer of whom nothing is known here, is a riddle.
        and not any(map(marked_charge, whole.collectibles))
    )


def _adds_up(record: CollectibleRecord) -> bool:
    """A payment that was paid twice, or an amount that cannot be entered, is looked at one by one."""
    taken = [taken_by(attempt, record).minor for attempt in successes(record)]
    moved = [
        *taken,
        *(refund.amount.minor for refund in record.refunds),
        *(dispute.amount.minor for dispute in record.disputes),
    ]
    return (not taken or sum(taken) <= record.amount.minor) and all(minor > 0 for minor in moved)


def _names(whole: WholeCustomer) -> Iterator[_Name]:
    """Name all that is to become a row. A charge without a bill is one thing, though it is a payment and an attempt."""
    yield _Name("customer", whole.customer.reference)
    for method in whole.methods:
        yield _Name("method", method.reference)
    for subscription in whole.subscriptions:
        yield _Name("money", subscription.reference)
    for bill in whole.collectibles:
        yield _Name("money", bill.reference)
        for attempt in bill.attempts:
            if attempt.reference != bill.reference:
                yield _Name("money", attempt.reference)
        yield from (_Name("refund", refund.reference) for refund in bill.refunds)
        yield from (_Name("dispute", dispute.reference) for dispute in bill.disputes)


def _known(connection: Connection, names: Iterable[_Name]) -> set[_Name]:
    found = {name for name in names if not name.reference}
    for kind, tables in _KNOWN_BY.items():
        references = [name.reference for name in names if name.kind == kind]
        for table in tables:
            rows = table._default_manager.filter(
                merchant_id=connection.merchant_id, connection_id=connection.id, reference__in=references
            )
            found |= {_Name(kind, reference) for reference in rows.values_list("reference", flat=True)}
    return found
