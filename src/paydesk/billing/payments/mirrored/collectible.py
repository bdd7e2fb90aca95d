"""Mirror a collectible object whole: the payment, every try, every refund. An older answer overwrites nothing newer."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.ledger.write import write_entry
from paydesk.billing.orders.mirror import mirror_order
from paydesk.billing.payment_methods.mirror import method_named
from paydesk.billing.payments.mirrored.attempts import mirror_attempt
from paydesk.billing.payments.mirrored.back import mirror_dispute, mirror_refund
from paydesk.billing.payments.mirrored.breakdown import breakdown_of
from paydesk.billing.payments.mirrored.lone_charges import bill_of_charge
from paydesk.billing.payments.mirrored.ours import mirror_known_charge, mirror_our_charge
from paydesk.billing.payments.mirrored.sums import charge_that_paid, paid_beside
from paydesk.billing.payments.mirrored.unknown_marks import (
    is_nobodys_debt,
    say_that_its_mark_is_known,
    say_that_its_mark_is_unknown,
)
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.restate import contradict, restate_payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.compiled import CompiledQuery
from paydesk.database.transactions import locked
from paydesk.gateways.contract import Capability
from paydesk.gateways.records import CollectibleRecord, CollectibleState
from paydesk.kit.clock import is_overtaken
from paydesk.merchants.models import Connection

_UNPAID = {CollectibleState.DUE, CollectibleState.PROCESSING, CollectibleState.FAILED}


def mirror_collectible(
    *,
    connection: Connection,
    owner: GatewayCustomer,
    record: CollectibleRecord,
    capabilities: Collection[Capability],
    observed_at: datetime,
    now: datetime,
    is_news: bool,
) -> Payment:
    """Keep one collectible. `observed_at`: when the company was asked (wall time). Call inside a transaction."""
    mine = Payment.objects.filter(
        merchant_id=connection.merchant_id, connection_id=connection.id, reference=record.reference
    )
    bill = bill_of_charge(
        merchant_id=connection.merchant_id, connection_id=connection.id, reference=record.reference
    )
    if bill is not None:
        # The company was asked about a charge, and did not say that a bill of its own has it: we know that it does.
        if bill.is_ours:
            mirror_known_charge(payment=bill, connection_id=connection.id, record=record, now=now)
        return bill
    ours = mirror_our_charge(connection=connection, owner=owner, record=record, now=now)
    if ours is not None:
        say_that_its_mark_is_known(connection=connection, record=record, now=now)
        return ours
    say_that_its_mark_is_unknown(connection=connection, record=record, now=now)
    payment = locked(mine).first()
    if payment is not None and is_overtaken(stored_at=payment.observed_at, observed_at=observed_at, now=now):
        return payment
    facts = collectible_facts(
        owner=owner,
        record=record,
        method_id=method_named(owner=owner, reference=record.method_reference),
        capabilities=capabilities,
        observed_at=observed_at,
    )
    payment = payment or _first_seen(connection, owner, record, facts)
    was_paid, paid_with = payment.state == Payment.State.PAID, charge_that_paid(record)
    for attempt in record.attempts:
        mirror_attempt(payment=payment, record=attempt, has_paid=attempt.reference == paid_with, now=now)
    for refund in record.refunds:
        mirror_refund(payment=payment, connection_id=connection.id, record=refund, now=now)
    for dispute in record.disputes:
        mirror_dispute(payment=payment, connection_id=connection.id, record=dispute)
    _enter_what_no_attempt_paid(payment, record)
    payment = mine.get()
    # A charge that has just been made may be told of while its bill is not said to be paid yet: the next reading is.
    if was_paid and record.state in _UNPAID:
        contradict(payment=payment, attempt_public_id="", now=now)
    restate_payment(payment=payment, state=_state(payment, record), now=now, is_news=is_news, **facts)
    return mine.get()


def collectible_facts(
    *,
    owner: GatewayCustomer,
    record: CollectibleRecord,
    method_id: int | None,
    capabilities: Collection[Capability],
    observed_at: datetime,
) -> dict[str, Any]:
    """Give the columns that follow from what the company says. `method_id`: the method that an open bill names."""
    return {
        "customer_id": owner.customer_id,
        "gateway_customer_id": owner.id,
        "number": record.number[:80],
        "title": record.title[:200],
        "amount_minor": record.amount.minor,
        "owed_minor": _owed_minor(record),
        "due_at": record.due_at,
        "paid_at": record.paid_at,
        "settled_by": record.settled_by.value if record.settled_by else "",
        "next_attempt_at": record.next_attempt_at,
        "payment_method_id": method_id,
        "breakdown": breakdown_of(record),
        "capabilities": sorted(capability.value for capability in capabilities),
        "observed_at": observed_at,
        "fingerprint": fingerprint(record),
    }


class _KnownRow(NamedTuple):
    fingerprint: str
    observed_at: datetime


_KNOWN = CompiledQuery(
    build=lambda merchant_id, connection_id, reference: Payment.objects.filter(
        merchant_id=merchant_id, connection_id=connection_id, reference=reference
    ).values_list(*_KnownRow._fields),
    into=_KnownRow,
    slots={"merchant_id": int, "connection_id": int, "reference": str},
)


def is_as_it_was(*, connection: Connection, record: CollectibleRecord, observed_at: datetime) -> bool:
    """Say whether the record is the one that was mirrored last, and note that it was seen again. Most are."""
    known = _KNOWN.first(
        merchant_id=connection.merchant_id, connection_id=connection.id, reference=record.reference
    )
    seen = fingerprint(record)
    if known is None or known.fingerprint != seen:
        return False
    if known.observed_at >= observed_at:
        return True
    same = Payment.objects.filter(
        merchant_id=connection.merchant_id,
        connection_id=connection.id,
        reference=record.reference,
        fingerprint=seen,
        observed_at=known.observed_at,
    )
    return same.update(observed_at=observed_at) == 1


def fingerprint(record: CollectibleRecord) -> str:
    """Give the same text for the same record, whole: every field of it, its tries and what went back."""
    return hashlib.sha256(repr(record).encode()).hexdigest()


def _first_seen(
    connection: Connection, owner: GatewayCustomer, record: CollectibleRecord, facts: dict[str, Any]
) -> Payment:
    subscription = Subscription.objects.filter(
        merchant_id=connection.merchant_id,
        connection_id=connection.id,
        reference=record.subscription_reference,
    ).first()
    return Payment.objects.create(
        merchant_id=connection.merchant_id,
        connection_id=connection.id,
        order_id=subscription.order_id if subscription else _order_id(connection, owner, record),
        subscription_id=subscription.id if subscription else None,
        reference=record.reference,
        state=Payment.State.DUE,
        currency=record.amount.currency,
        **facts,
    )


def _order_id(connection: Connection, owner: GatewayCustomer, record: CollectibleRecord) -> int:
    order = mirror_order(
        connection=connection,
        customer_id=owner.customer_id,
        reference=record.reference,
        title=record.title,
        number=record.number,
        ordered_at=record.created_at,
        lines=record.lines,
    )
    return order.id


def _owed_minor(record: CollectibleRecord) -> int:
    if record.state not in _UNPAID or is_nobodys_debt(record):
        return 0
    return (record.owed or record.amount).minor


def _state(payment: Payment, record: CollectibleRecord) -> str:
    """While an attempt of ours is open the payment is on its way, whatever the collectible says meanwhile."""
    if is_nobodys_debt(record):
        return Payment.State.CANCELED
    is_open = Attempt.objects.filter(
        merchant_id=payment.merchant_id,
        payment_id=payment.id,
        origin=Attempt.Origin.PAYDESK,
        state__in=Attempt.OPEN,
    ).exists()
    if is_open and record.state in _UNPAID:
        return Payment.State.PROCESSING
    return Payment.State(record.state.value)


def _enter_what_no_attempt_paid(payment: Payment, record: CollectibleRecord) -> None:
    beside = paid_beside(record)
    if beside is not None:
        kind, amount = beside
        write_entry(
            merchant_id=payment.merchant_id,
            connection_id=payment.connection_id,
            payment_id=payment.id,
            kind=kind,
            reference=record.reference,
            amount=amount,
            occurred_at=record.paid_at or record.created_at,
        )
