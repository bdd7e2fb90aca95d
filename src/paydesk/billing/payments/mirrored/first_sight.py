"""Write customers of whom nothing was known, whole and together: the rows that mirroring one by one would leave.

A table is written by one statement for many customers, where one by one each row costs several. That both ways leave
the same rows is proved by comparing all tables (tests/sync/test_first_sight.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from paydesk.billing.customers.link_many import link_new_customers
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.ledger.write import Fact, write_new_entries
from paydesk.billing.orders.mirror import line_rows, order_row
from paydesk.billing.orders.models import Order, OrderLine
from paydesk.billing.payment_methods.mirror import method_facts
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.mirrored.attempts import attempt_facts
from paydesk.billing.payments.mirrored.back import back_facts, refund_facts, takes_money
from paydesk.billing.payments.mirrored.collectible import collectible_facts
from paydesk.billing.payments.mirrored.sums import paid_beside, successes, taken_by
from paydesk.billing.payments.mirrored.whole_customer import WholeCustomer
from paydesk.billing.payments.models import Attempt, Dispute, Payment, Refund
from paydesk.billing.subscriptions.mirror import subscription_facts
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.contract import Capability
from paydesk.gateways.records import (
    CollectibleRecord,
    LineRecord,
    SubscriptionRecord,
)
from paydesk.kit.money import Money
from paydesk.merchants.models import Connection

CapabilitiesOf = Callable[[CollectibleRecord | SubscriptionRecord], Collection[Capability]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """One record with the rows that it belongs to."""

    owner: GatewayCustomer
    whole: WholeCustomer


def mirror_first_sight(
    *,
    connection: Connection,
    wholes: Sequence[WholeCustomer],
    capabilities_of: CapabilitiesOf,
    now: datetime,
) -> list[GatewayCustomer]:
    """Write customers that `unseen` named, and give their rows. Nobody is told. Call inside the same transaction."""
    if not wholes:
        return []
    owners = link_new_customers(
        connection=connection,
        records=[whole.customer for whole in wholes],
        observed_at={whole.customer.reference: whole.asked_at for whole in wholes},
        now=now,
    )
    seen = [_Seen(owner=owner, whole=whole) for owner, whole in zip(owners, wholes, strict=True)]
    methods = _write_methods(seen)
    subscriptions = _write_subscriptions(connection, seen, methods, capabilities_of)
    payments = _write_payments(connection, seen, methods, subscriptions, capabilities_of)
    _write_what_happened(connection, payments)
    return owners


def _write_methods(seen: Sequence[_Seen]) -> dict[str, int]:
    """Give the ids by the company's references."""
    rows = PaymentMethod.objects.bulk_create(
        PaymentMethod(
            merchant_id=one.owner.merchant_id,
            connection_id=one.owner.connection_id,
            reference=record.reference,
            **method_facts(owner=one.owner, record=record),
        )
        for one in seen
        for record in one.whole.methods
    )
    return {row.reference: row.id for row in rows}


def _write_subscriptions(
    connection: Connection, seen: Sequence[_Seen], methods: dict[str, int], capabilities_of: CapabilitiesOf
) -> dict[str, Subscription]:
    orders = _write_orders(
        (
            order_row(
                connection=connection,
                customer_id=one.owner.customer_id,
                reference=record.reference,
                title=record.name,
                number="",
                ordered_at=record.started_at,
            ),
            [LineRecord(title=record.name, amount=record.amount)],
        )
        for one in seen
        for record in one.whole.subscriptions
    )
    rows = Subscription.objects.bulk_create(
        Subscription(
            merchant_id=one.owner.merchant_id,
            connection_id=one.owner.connection_id,
            order_id=orders[record.reference],
            reference=record.reference,
            **subscription_facts(
                owner=one.owner,
                record=record,
                method_id=methods.get(record.method_reference),
                capabilities=capabilities_of(record),
                observed_at=one.whole.asked_at,
            ),
        )
        for one in seen
        for record in one.whole.subscriptions
    )
    return {row.reference: row for row in rows}


def _write_payments(
    connection: Connection,
    seen: Sequence[_Seen],
    methods: dict[str, int],
    subscriptions: dict[str, Subscription],
    capabilities_of: CapabilitiesOf,
) -> list[tuple[Payment, CollectibleRecord]]:
    """What belongs to a subscription is in its order; anything else is an order of its own."""
    bills = [(one, record) for one in seen for record in one.whole.collectibles]
    orders = _write_orders(
        (
            order_row(
                connection=connection,
                customer_id=one.owner.customer_id,
                reference=record.reference,
                title=record.title,
                number=record.number,
                ordered_at=record.created_at,
            ),
            record.lines,
        )
        for one, record in bills
        if not record.subscription_reference
    )
    rows = []
    for one, record in bills:
        subscription = subscriptions.get(record.subscription_reference)
        facts = collectible_facts(
            owner=one.owner,
            record=record,
            method_id=methods.get(record.method_reference),
            capabilities=capabilities_of(record),
            observed_at=one.whole.asked_at,
        )
        rows.append(
            Payment(
                merchant_id=one.owner.merchant_id,
                connection_id=one.owner.connection_id,
                reference=record.reference,
                order_id=subscription.order_id if subscription else orders[record.reference],
                subscription_id=subscription.id if subscription else None,
                state=Payment.State(record.state.value),
                currency=record.amount.currency,
                paid_minor=sum(taken_by(attempt, record).minor for attempt in successes(record)),
                refunded_minor=sum(one.amount.minor for one in record.refunds if one.state == "succeeded"),
                **facts,
            )
        )
    Payment.objects.bulk_create(rows)
    return list(zip(rows, (record for _, record in bills), strict=True))


def _write_what_happened(
    connection: Connection, payments: Sequence[tuple[Payment, CollectibleRecord]]
) -> None:
    """Write tries, refunds, disputes, and what they mean for the books."""
    Attempt.objects.bulk_create(
        Attempt(
            merchant_id=payment.merchant_id,
            connection_id=payment.connection_id,
            payment_id=payment.id,
            number=number,
            origin=Attempt.Origin.GATEWAY,
            asked_by=Attempt.AskedBy.GATEWAY,
            reference=attempt.reference,
            currency=payment.currency,
            created_at=attempt.created_at,
            **attempt_facts(payment, attempt),
        )
        for payment, record in payments
        for number, attempt in enumerate(record.attempts, start=1)
    )
    Refund.objects.bulk_create(
        Refund(**refund_facts(payment, payment.connection_id, refund))
        for payment, record in payments
        for refund in record.refunds
    )
    Dispute.objects.bulk_create(
        Dispute(**back_facts(payment, payment.connection_id, dispute))
        for payment, record in payments
        for dispute in record.disputes
    )
    write_new_entries(
        merchant_id=connection.merchant_id,
        connection_id=connection.id,
        facts=[fact for payment, record in payments for fact in _facts(payment.id, record)],
    )


def _facts(payment_id: int, record: CollectibleRecord) -> Iterator[Fact]:
    """Say what each part means for the books, as the files beside this one do for one part."""
    kind = LedgerEntry.Kind

    def fact(kind: LedgerEntry.Kind, reference: str, amount: Money, at: datetime) -> Fact:
        return Fact(payment_id=payment_id, kind=kind, reference=reference, amount=amount, occurred_at=at)

    for attempt in successes(record):
        at = attempt.outcome.occurred_at or attempt.created_at
        yield fact(kind.CHARGE, attempt.reference, taken_by(attempt, record), at)
    for refund in record.refunds:
        if refund.state == "succeeded":
            yield fact(kind.REFUND, refund.reference, refund.amount, refund.created_at)
    for dispute in record.disputes:
        if takes_money(dispute):
            yield fact(kind.DISPUTE, dispute.reference, dispute.amount, dispute.created_at)
        if dispute.state == "won":
            yield fact(kind.REVERSAL, dispute.reference, dispute.amount, dispute.created_at)
    if (beside := paid_beside(record)) is not None:
        yield fact(beside[0], record.reference, beside[1], record.paid_at or record.created_at)


def _write_orders(wanted: Iterator[tuple[Order, Sequence[LineRecord]]]) -> dict[str, int]:
    """Write orders with their lines; gives the ids by the company's references."""
    orders = list(wanted)
    Order.objects.bulk_create(order for order, _ in orders)
    OrderLine.objects.bulk_create(row for order, lines in orders for row in line_rows(order, lines))
    return {str(order.reference): order.id for order, _ in orders}
