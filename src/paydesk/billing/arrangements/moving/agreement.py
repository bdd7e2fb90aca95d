"""Write the agreement that takes an old one's place: hidden and charged by nobody until it begins.

Its rows are there from the beginning, so that a restored backup knows what a charge for it is for. Until it begins it
is `incomplete`, which the charge run leaves alone, and has no customer, so that no page lists it.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from uuid import uuid4

from django.db.models import QuerySet

from paydesk.billing.arrangements.moving.terms import Terms
from paydesk.billing.orders.mirror import mirror_order
from paydesk.billing.orders.models import Order
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.charging.due_rows import put_back_into_run, take_out_of_run
from paydesk.billing.payments.charging.follow import follow_payments
from paydesk.billing.payments.charging.plan_out import Planned, payment_rows
from paydesk.billing.payments.models import Attempt, DueCharge, Payment
from paydesk.billing.payments.restate import restate_payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.schedule import starts_at
from paydesk.gateways.records import LineRecord, SubscriptionState
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight

#: What of a payment follows from the old one.
_RECKONED = (
    "state",
    "due_date",
    "planned_date",
    "due_at",
    "amount_minor",
    "owed_minor",
    "breakdown",
)
_STILL_TO_COME = (Payment.State.SCHEDULED, Payment.State.DUE, Payment.State.FAILED)


def write_agreement(
    *, merchant: MerchantInSight, source: Subscription, method: PaymentMethod, terms: Terms, now: datetime
) -> Subscription:
    """Make it, with the payments that are known. Call in the transaction that opens the move. `now` is wall time."""
    uuid, owner = uuid4(), method.gateway_customer
    order = mirror_order(
        connection=owner.connection,
        customer_id=None,
        reference=str(uuid),
        title=source.name,
        number="",
        ordered_at=merchant.business_now(),
        lines=[LineRecord(title=source.name, amount=Money(source.amount_minor, source.currency))],
    )
    row = Subscription(
        merchant_id=merchant.id,
        connection_id=owner.connection_id,
        gateway_customer_id=owner.id,
        order_id=order.id,
        uuid=uuid,
        collected_by=Subscription.CollectedBy.PAYDESK,
        reference=str(uuid),
        name=source.name,
        state=SubscriptionState.INCOMPLETE.value,
        amount_minor=terms.amount_minor,
        currency=source.currency,
        interval_unit=source.interval_unit,
        interval_count=source.interval_count,
        payment_method_id=method.id,
        lines=source.lines,
        started_at=merchant.business_now(),
        observed_at=now,
    )
    row.save(force_insert=True)
    reckon_agreement(merchant=merchant, agreement=row, terms=terms, now=now)
    return row


def reckon_agreement(
    *, merchant: MerchantInSight, agreement: Subscription, terms: Terms, now: datetime
) -> None:
    """Write its payments as they follow from the old one today. Call with it locked, while nobody has asked for one."""
    Subscription.objects.filter(merchant_id=merchant.id, id=agreement.id).update(
        anchor_date=terms.rhythm.anchor,
        shifted_count=terms.shifted_count,
        amount_minor=terms.amount_minor,
        payments_total=len(terms.payments) if terms.is_plan else None,
        total_minor=terms.total_minor,
        discount_percent=terms.discount.percent,
        discount_from=terms.discount.first,
        discount_count=terms.discount.count,
    )
    known = {one.position: one for one in _payments(agreement)}
    planned = [*terms.payments, *_made_before(terms, known)]
    rows = payment_rows(merchant=merchant, subscription=agreement, planned=planned, now=now)
    # Some hours before the old one would have been collected, which may be on the evening before.
    rows[0].due_date, rows[0].due_at = terms.first_day, starts_at(terms.first_day, zone=merchant.time_zone)
    for row in rows:
        if row.position in known:
            # An attempt at it that came to nothing is kept: its number, and so its key, is used up.
            facts = {name: getattr(row, name) for name in _RECKONED}
            Payment.objects.filter(merchant_id=merchant.id, id=known[row.position].id).update(**facts)
    new = [row for row in rows if row.position not in known]
    Payment.objects.bulk_create(new)
    # They have their place in the charge run, and no time in it yet.
    DueCharge.objects.bulk_create(DueCharge(merchant_id=merchant.id, payment_id=one.id) for one in new)
    # Of a plan: what the old company has collected meanwhile.
    _payments(agreement).filter(position__gt=len(rows)).update(state=Payment.State.CANCELED, owed_minor=0)


def begin_agreement(
    *, merchant: MerchantInSight, agreement: Subscription, customer_id: int, now: datetime
) -> None:
    """Let it be the customer's, and its payments be charged on their days. Call with it locked."""
    show_agreement(merchant_id=merchant.id, agreement=agreement, customer_id=customer_id)
    Subscription.objects.filter(merchant_id=merchant.id, id=agreement.id).update(
        state=SubscriptionState.ACTIVE.value, moving_since=now, started_at=merchant.business_now()
    )
    coming = _payments(agreement).filter(state__in=[Payment.State.SCHEDULED, Payment.State.DUE])
    put_back_into_run(merchant=merchant, payment_ids=list(coming.values_list("id", flat=True)))
    follow_payments(merchant=merchant, subscription_id=agreement.id, now=now)


def show_agreement(*, merchant_id: int, agreement: Subscription, customer_id: int) -> None:
    """Let the customer see it, with its payments and what was bought."""
    mine = {"merchant_id": merchant_id}
    Subscription.objects.filter(**mine, id=agreement.id).update(customer_id=customer_id)
    Order.objects.filter(**mine, id=agreement.order_id).update(customer_id=customer_id)
    Payment.objects.filter(**mine, subscription_id=agreement.id).update(customer_id=customer_id)


def hide_agreement(*, merchant_id: int, agreement: Subscription) -> None:
    """Let it be nobody's again, until it begins."""
    mine = {"merchant_id": merchant_id}
    Subscription.objects.filter(**mine, id=agreement.id).update(customer_id=None, moving_since=None)
    Order.objects.filter(**mine, id=agreement.order_id).update(customer_id=None)
    Payment.objects.filter(**mine, subscription_id=agreement.id).update(customer_id=None)


def hold_agreement(*, merchant: MerchantInSight, agreement: Subscription) -> None:
    """Let nothing be charged for it by itself while what becomes of it is not decided. Call with it locked."""
    take_out_of_run(
        merchant_id=merchant.id, payment_ids=list(_payments(agreement).values_list("id", flat=True))
    )
    Subscription.objects.filter(merchant_id=merchant.id, id=agreement.id).update(
        state=SubscriptionState.INCOMPLETE.value
    )


def give_agreement_up(*, merchant: MerchantInSight, agreement: Subscription, now: datetime) -> None:
    """Let it never have begun: it is one that was cancelled, and no customer's. Call with it locked.

    What was asked for stays in the customer's history, with the bank's no.
    """
    hold_agreement(merchant=merchant, agreement=agreement)
    for payment in _payments(agreement).filter(state__in=_STILL_TO_COME):
        restate_payment(payment=payment, state=Payment.State.CANCELED, now=now, is_news=False, owed_minor=0)
    hide_agreement(merchant_id=merchant.id, agreement=agreement)
    tried = Attempt.objects.filter(merchant_id=merchant.id, payment__subscription_id=agreement.id)
    Payment.objects.filter(
        merchant_id=merchant.id, id__in=tried.exclude(state=Attempt.State.ABANDONED).values("payment_id")
    ).update(customer_id=agreement.customer_id)
    Subscription.objects.filter(merchant_id=merchant.id, id=agreement.id).update(
        state=SubscriptionState.CANCELED.value,
        ended_at=merchant.business_now(),
        next_payment_at=None,
        next_amount_minor=None,
    )


def first_payment(agreement: Subscription) -> Payment:
    """Give the payment on which the move depends."""
    return _payments(agreement).get(position=1)


def has_open_attempt(agreement: Subscription) -> bool:
    """Say whether money is on its way for it."""
    return Attempt.objects.filter(
        merchant_id=agreement.merchant_id,
        payment__subscription_id=agreement.id,
        state__in=Attempt.OPEN,
    ).exists()


def _made_before(terms: Terms, known: Container[int | None]) -> list[Planned]:
    """Give the payment after the first, where an earlier try of an open-ended agreement has made its row already."""
    following = terms.following()
    return [following] if following is not None and following.position in known else []


def _payments(agreement: Subscription) -> QuerySet[Payment]:
    return Payment.objects.filter(
        merchant_id=agreement.merchant_id, subscription_id=agreement.id, position__isnull=False
    )
