"""Write many agreements, each table by one statement for hundreds: the rows that starting them one by one would leave.

That both ways leave the same rows is proved by comparing them (tests/billing/arrangements/test_import_agreements.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from paydesk.billing.arrangements.start import paid_before_at, planned_of
from paydesk.billing.arrangements.wanted import AgreementWanted, agreement_row
from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.ledger.write import Fact, write_new_entries
from paydesk.billing.orders.mirror import line_rows, order_row
from paydesk.billing.orders.models import Order, OrderLine
from paydesk.billing.payments.charging.plan_out import payment_rows
from paydesk.billing.payments.models import DueCharge, Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.standing import OpenPayment, standing_of
from paydesk.database.batches import batches
from paydesk.gateways.records import LineRecord, SettledBy, SubscriptionState
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight

_AGREEMENTS_AT_ONCE = 500
_PAYMENTS_AT_ONCE = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class _Made:
    """One agreement with its payments, before they are written."""

    wanted: AgreementWanted
    row: Subscription
    payments: list[Payment]

    @property
    def before(self) -> list[Payment]:
        """Those that were made before Paydesk collects."""
        return self.payments[: self.wanted.paid_before]


def write_agreements(
    *,
    merchant: MerchantInSight,
    wanted: Sequence[AgreementWanted],
    now: datetime,
    on_written: Callable[[int], None],
) -> None:
    """Write agreements of which none is there; the constraints prove it. Call inside a transaction; `now` is wall time.

    `on_written` gets how many are written, again and again.
    """
    written_count = 0
    for some in _at_once(_made(merchant, one, now) for one in wanted):
        _write(merchant, some)
        written_count += len(some)
        on_written(written_count)


def _made(merchant: MerchantInSight, wanted: AgreementWanted, now: datetime) -> _Made:
    planned = planned_of(wanted)
    row = agreement_row(merchant=merchant, wanted=wanted, planned=planned, now=now)
    payments = payment_rows(merchant=merchant, subscription=row, planned=planned, now=now)
    made = _Made(wanted=wanted, row=row, payments=payments)
    for payment in made.before:
        payment.state = Payment.State.PAID
        payment.paid_at = paid_before_at(merchant, payment)
        payment.owed_minor = 0
        payment.settled_by = SettledBy.EXTERNAL.value
    row.payments_made = len(made.before)
    row.paid_minor = sum(payment.amount_minor for payment in made.before)
    standing = standing_of(
        state=SubscriptionState(row.state),
        payments_total=row.payments_total,
        payments_made=row.payments_made,
        is_on_trial=row.trial_ends_at is not None and merchant.business_now() < row.trial_ends_at,
        open_payments=[
            OpenPayment(
                amount_minor=payment.amount_minor, due_at=payment.due_at, is_failed=False, is_coming=True
            )
            for payment in payments[wanted.paid_before :]
        ],
    )
    row.state = standing.state.value
    row.next_payment_at, row.next_amount_minor = standing.next_payment_at, standing.next_amount_minor
    return made


def _at_once(made: Iterator[_Made]) -> Iterator[list[_Made]]:
    """Put together what is written by one statement a table."""
    return batches(
        made, most=_AGREEMENTS_AT_ONCE, weigh=lambda one: len(one.payments), heaviest=_PAYMENTS_AT_ONCE
    )


def _write(merchant: MerchantInSight, made: Sequence[_Made]) -> None:
    for one, order in zip(made, _write_orders(made), strict=True):
        one.row.order_id = order.id
    Subscription.objects.bulk_create(one.row for one in made)
    for one in made:
        for payment in one.payments:
            payment.subscription_id, payment.order_id = one.row.id, one.row.order_id
    Payment.objects.bulk_create(payment for one in made for payment in one.payments)
    DueCharge.objects.bulk_create(_due_charge(merchant, payment) for one in made for payment in one.payments)
    before = [payment for one in made for payment in one.before]
    if before:
        write_new_entries(
            merchant_id=merchant.id,
            connection_id=before[0].connection_id,
            facts=[_fact(payment) for payment in before],
        )


def _write_orders(made: Sequence[_Made]) -> list[Order]:
    orders = Order.objects.bulk_create(
        order_row(
            connection=one.wanted.owner.connection,
            customer_id=one.row.customer_id,
            reference=one.row.reference,
            title=one.wanted.name,
            number="",
            ordered_at=one.row.started_at,
        )
        for one in made
    )
    OrderLine.objects.bulk_create(
        row
        for one, order in zip(made, orders, strict=True)
        for row in line_rows(order, [LineRecord(title=one.wanted.name, amount=one.wanted.price)])
    )
    return orders


def _due_charge(merchant: MerchantInSight, payment: Payment) -> DueCharge:
    """What was paid before was in the run and taken out of it, so that whoever looks sees the same."""
    is_made = payment.state == Payment.State.PAID
    return DueCharge(
        merchant_id=merchant.id,
        payment_id=payment.id,
        due_at=None if is_made else merchant.wall_time(payment.due_at),
        fence=1 if is_made else 0,
    )


def _fact(payment: Payment) -> Fact:
    return Fact(
        payment_id=payment.id,
        kind=LedgerEntry.Kind.EXTERNAL,
        reference=payment.reference,
        amount=Money(payment.amount_minor, payment.currency),
        occurred_at=payment.paid_at or payment.due_at,
    )
