"""Write the payments of an agreement that Paydesk collects: all of a plan's at once, of an open-ended one the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max

from paydesk.billing.payments.charging.due_rows import put_into_run
from paydesk.billing.payments.mirrored.breakdown import Breakdown, Line
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.schedule import Rhythm, starts_at
from paydesk.gateways.contract import Capability
from paydesk.merchants.find import MerchantInSight


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """One payment as it is to be: the `position`-th, on a local day; amounts are minor units.

    `off_minor`: what of the price is taken off, and not in the amount.
    """

    position: int
    day: date
    amount_minor: int
    fee_minor: int = 0
    off_minor: int = 0


def write_payments(
    *, merchant: MerchantInSight, subscription: Subscription, planned: Sequence[Planned], now: datetime
) -> list[Payment]:
    """Make the rows and put them into the charge run. Call with the agreement locked. `now` is wall time."""
    rows = payment_rows(merchant=merchant, subscription=subscription, planned=planned, now=now)
    Payment.objects.bulk_create(rows)
    put_into_run(merchant=merchant, payments=rows)
    return rows


def payment_rows(
    *, merchant: MerchantInSight, subscription: Subscription, planned: Sequence[Planned], now: datetime
) -> list[Payment]:
    """Give the rows before they are written. `now` is wall time."""
    return [
        Payment(
            merchant_id=merchant.id,
            connection_id=subscription.connection_id,
            customer_id=subscription.customer_id,
            gateway_customer_id=subscription.gateway_customer_id,
            order_id=subscription.order_id,
            subscription_id=subscription.id,
            collected_by=Subscription.CollectedBy.PAYDESK,
            # Made of what survives a restore: the idempotency key is made of it (R3).
            reference=f"{subscription.uuid}:{one.position}",
            position=one.position,
            due_date=one.day,
            planned_date=one.day,
            due_at=starts_at(one.day, zone=merchant.time_zone),
            title=subscription.name,
            state=Payment.State.SCHEDULED,
            amount_minor=one.amount_minor,
            owed_minor=one.amount_minor,
            fee_minor=one.fee_minor,
            currency=subscription.currency,
            breakdown=breakdown_of_price(subscription.name, one.amount_minor, one.off_minor),
            capabilities=[Capability.CHARGE_OFF_SESSION.value],
            observed_at=now,
        )
        for one in planned
    ]


def write_next_payment(*, merchant: MerchantInSight, subscription: Subscription, now: datetime) -> Payment:
    """Make the next payment of an open-ended agreement. Call with it locked. `now` is wall time."""
    if subscription.payments_total is not None:
        raise AssertionError("a payment plan has all its payments from the beginning")
    mine = Payment.objects.filter(merchant_id=merchant.id, subscription_id=subscription.id)
    position = (mine.aggregate(last=Max("position"))["last"] or 0) + 1
    off_minor = subscription.discount.off(subscription.amount_minor, position)
    planned = Planned(
        position=position,
        day=rhythm_of(subscription).day(position - 1 + subscription.shifted_count),
        amount_minor=subscription.amount_minor - off_minor,
        off_minor=off_minor,
    )
    [row] = write_payments(merchant=merchant, subscription=subscription, planned=[planned], now=now)
    return row


def rhythm_of(subscription: Subscription) -> Rhythm:
    """Give the rhythm of an agreement that Paydesk collects."""
    if subscription.anchor_date is None:
        raise AssertionError("an agreement of ours has the day of its first payment")
    return Rhythm(
        unit=subscription.interval_unit, count=subscription.interval_count, anchor=subscription.anchor_date
    )


def breakdown_of_price(title: str, amount_minor: int, off_minor: int) -> Breakdown:
    """Say what a payment of an agreement is made of: its price, and what is taken off it."""
    return breakdown_of_lines(
        [(title, amount_minor + off_minor)], less=[("", off_minor)] if off_minor else []
    )


def breakdown_of_lines(
    lines: Sequence[tuple[str, int]], *, less: Sequence[tuple[str, int]] = ()
) -> Breakdown:
    """Say what an amount of ours is made of: titles with minor units, and what is let off."""
    return Breakdown(
        lines=[Line(title=title, quantity=1, amount_minor=minor) for title, minor in lines],
        discounts=[Line(title=title, quantity=1, amount_minor=minor) for title, minor in less],
        taxes=[],
        balance_minor=0,
        billing=None,
    )
