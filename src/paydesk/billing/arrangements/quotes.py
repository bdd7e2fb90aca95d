"""Say exactly what it costs to make several payments, or all that remains of a plan, with one charge."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from paydesk.billing.arrangements.models import Quote
from paydesk.billing.payments.charging.cover import COVERABLE
from paydesk.billing.payments.charging.follow import follow_payments
from paydesk.billing.payments.charging.plan_out import write_next_payment
from paydesk.billing.payments.choices import ends_before
from paydesk.billing.payments.models import Payment
from paydesk.billing.payments.refused import RetryRefused
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import in_transaction, locked
from paydesk.gateways.records import SubscriptionState
from paydesk.merchants.find import MerchantInSight

#: How long a quote holds, by the clock on the wall.
HOLDS_FOR = timedelta(minutes=15)
_KEPT_FOR = timedelta(days=1)
#: So many payments of an agreement without an end may be made before their days.
NEXT_MAX = 12
_ON_ITS_WAY = (Payment.State.PROCESSING, Payment.State.COVERED)
_RUNNING = (SubscriptionState.ACTIVE, SubscriptionState.TRIALING, SubscriptionState.PAST_DUE)


class QuoteRefused(RetryRefused):
    """Nothing was quoted, or the quote holds no longer. Nothing was charged. The words are for the customer."""


def quote_pay_off(
    *, merchant: MerchantInSight, customer_id: int, subscription_public_id: str, now: datetime
) -> Quote:
    """Quote all that remains of a payment plan; raises QuoteRefused, Subscription.DoesNotExist. `now` is wall time.

    Where the merchant lets a fee off, that is the share of each payment whose day has not come.
    """
    subscription = _agreement(merchant, customer_id, subscription_public_id)
    if subscription.payments_total is None:
        raise QuoteRefused(_("This has no end, so that nothing can be paid off."))
    payments = _open_payments(merchant, subscription)
    _require(kind=Quote.Kind.OFF, is_allowed=merchant.policies.pay_off, payments=payments, left_out_count=0)
    waived = [_waived_minor(merchant, one) for one in payments]
    return _write(merchant, Quote.Kind.OFF, payments, waived, now)


def quote_several(
    *, merchant: MerchantInSight, customer_id: int, payment_public_ids: Sequence[str], now: datetime
) -> Quote:
    """Quote payments of one account, be they of several agreements; raises QuoteRefused, Payment.DoesNotExist.

    Of one agreement they are the earliest that are open. `now` is wall time.
    """
    payments = _payments(merchant.id, customer_id, payment_public_ids)
    _require(
        kind=Quote.Kind.SEVERAL,
        is_allowed=merchant.policies.pay_several,
        payments=payments,
        left_out_count=_left_out_count(payments),
    )
    return _write(merchant, Quote.Kind.SEVERAL, payments, [0 for _one in payments], now)


def next_payments(
    *, merchant: MerchantInSight, customer_id: int, subscription_public_id: str, count: int, now: datetime
) -> list[Payment]:
    """Give the earliest open payments of an agreement, at most so many; of one without an end they are made here.

    Raises QuoteRefused, Subscription.DoesNotExist. `now` is wall time.
    """
    subscription = _agreement(merchant, customer_id, subscription_public_id)
    if not merchant.policies.pay_several:
        raise QuoteRefused(_not_offered())
    if not 1 <= count <= NEXT_MAX:
        raise QuoteRefused(_("Choose %(count)d payments at most.") % {"count": NEXT_MAX})
    return in_transaction(lambda: _next_payments(merchant, subscription.id, count, now))


def get_quote(merchant_id: int, customer_id: int, public_id: str) -> Quote:
    """Give a customer's own quote, with the payment that was made of it; raises Quote.DoesNotExist."""
    return Quote.objects.select_related("covering", "gateway_customer", "connection").get(
        merchant_id=merchant_id, customer_id=customer_id, public_id=public_id
    )


def payments_of_quote(quote: Quote) -> list[Payment]:
    """Give its payments as they stand, in its order."""
    return _payments(quote.merchant_id, quote.customer_id, quote.payment_ids)


def refusal_of_quote(
    *, kind: str, is_allowed: bool, payments: Sequence[Payment], left_out_count: int
) -> str | None:
    """Say why these payments cannot be made with one charge, or None if they can.

    `is_allowed`: by the merchant's policy. `left_out_count`: how many open ones of their agreements come before them.
    """
    if not is_allowed:
        return _not_offered()
    if not payments:
        return _("Nothing is left to be paid.")
    if any(one.state in _ON_ITS_WAY for one in payments):
        return _("One of these payments is on its way already. Wait until it is made, and look again.")
    if any(one.state not in COVERABLE or ends_before(one) for one in payments):
        return _("One of these payments is not open any more. Look again at what is still to come.")
    if any(not one.is_ours or one.connection.removed_at is not None for one in payments):
        return _("These payments cannot be made here together. Please write to us, and we will help.")
    if len({(one.connection_id, one.gateway_customer_id, one.currency) for one in payments}) != 1:
        return _(
            "These payments belong to different accounts or currencies, and cannot be made with one charge."
        )
    if kind == Quote.Kind.SEVERAL and len(payments) < 2:
        return _("Choose two payments or more.")
    if left_out_count:
        return _("Payments are made in their order: choose the earlier ones as well.")
    return None


def refusal_to_pay(*, quote: Quote, payments: Collection[Payment], now: datetime) -> str | None:
    """Say why a quote holds no longer, or None if it does. `payments`: as they stand now, each with its agreement.

    `now` is wall time.
    """
    if now >= quote.expires_at:
        return _("This offer has expired. Nothing was charged. See what it comes to now.")
    stands = {one.public_id: one for one in payments}
    for line in quote.lines:
        payment = stands.get(line["payment"])
        is_open = payment is not None and payment.state in COVERABLE and not ends_before(payment)
        if payment is None or not is_open or _line(payment, line["waived_minor"]) != line:
            return _(
                "One of these payments has changed meanwhile. Nothing was charged. See what it comes to now."
            )
    return None


def _require(*, kind: str, is_allowed: bool, payments: Sequence[Payment], left_out_count: int) -> None:
    why_not = refusal_of_quote(
        kind=kind, is_allowed=is_allowed, payments=payments, left_out_count=left_out_count
    )
    if why_not:
        raise QuoteRefused(why_not)


def _not_offered() -> str:
    return _("Paying several payments at once is not offered here. Please write to us, and we will help.")


def _agreement(merchant: MerchantInSight, customer_id: int, public_id: str) -> Subscription:
    return Subscription.objects.get(
        merchant_id=merchant.id,
        customer_id=customer_id,
        public_id=public_id,
        collected_by=Subscription.CollectedBy.PAYDESK,
    )


def _payments(merchant_id: int, customer_id: int, public_ids: Sequence[str]) -> list[Payment]:
    rows = Payment.objects.select_related("connection", "subscription").filter(
        merchant_id=merchant_id, customer_id=customer_id, public_id__in=public_ids
    )
    found = list(rows.order_by("due_at", "subscription_id", "position"))
    if len(found) != len(set(public_ids)):
        raise Payment.DoesNotExist("a payment of somebody else")
    return found


def _open_payments(merchant: MerchantInSight, subscription: Subscription) -> list[Payment]:
    """List what is still to be paid of an agreement, what is on its way included."""
    rows = _of(merchant.id, [subscription.id]).select_related("connection", "subscription")
    open_states = rows.filter(state__in=[*COVERABLE, Payment.State.PROCESSING])
    held = rows.filter(state=Payment.State.COVERED).exclude(covered_by__state=Payment.State.PAID)
    return [*open_states.order_by("position"), *held.order_by("position")]


def _of(merchant_id: int, subscription_ids: Sequence[int]) -> QuerySet[Payment]:
    return Payment.objects.filter(
        merchant_id=merchant_id, subscription_id__in=subscription_ids, position__isnull=False
    )


def _left_out_count(payments: Sequence[Payment]) -> int:
    """Count the open payments of the same agreements that come before one of these.

    A charge whose row is lost with a restored database is found again only where it paid what comes next.
    """
    last = {
        one.subscription_id: one.position or 0 for one in sorted(payments, key=lambda one: one.position or 0)
    }
    agreements = [one for one in last if one is not None]
    chosen = {one.id for one in payments}
    open_ones = _of(payments[0].merchant_id, agreements).filter(state__in=COVERABLE) if payments else ()
    return sum(one.id not in chosen and (one.position or 0) < last[one.subscription_id] for one in open_ones)


def _waived_minor(merchant: MerchantInSight, payment: Payment) -> int:
    if not merchant.policies.pay_off_waives_fee or payment.due_at <= merchant.business_now():
        return 0
    return min(payment.fee_minor, payment.owed_minor)


def _write(
    merchant: MerchantInSight,
    kind: Quote.Kind,
    payments: Sequence[Payment],
    waived: Sequence[int],
    now: datetime,
) -> Quote:
    first, agreements = payments[0], {one.subscription_id for one in payments}
    if first.customer_id is None or first.gateway_customer_id is None:
        raise AssertionError("a payment of ours is of a customer's account")
    owed_minor, waived_minor = sum(one.owed_minor for one in payments), sum(waived)
    if owed_minor <= waived_minor:
        raise QuoteRefused(_("Nothing is left to be paid."))
    mine = Quote.objects.filter(merchant_id=merchant.id, customer_id=first.customer_id)
    # What nobody pressed in time is of no use, but to a tab that is still open and shall say that it has expired.
    mine.filter(covering__isnull=True, expires_at__lt=now - _KEPT_FOR).delete()
    return Quote.objects.create(
        merchant_id=merchant.id,
        connection_id=first.connection_id,
        customer_id=first.customer_id,
        gateway_customer_id=first.gateway_customer_id,
        subscription_id=first.subscription_id if len(agreements) == 1 else None,
        kind=kind,
        lines=[_line(one, off) for one, off in zip(payments, waived, strict=True)],
        owed_minor=owed_minor,
        waived_minor=waived_minor,
        amount_minor=owed_minor - waived_minor,
        currency=first.currency,
        created_at=now,
        expires_at=now + HOLDS_FOR,
    )


def _line(payment: Payment, waived_minor: int) -> dict[str, str | int]:
    """Give what a customer was shown of a payment; whatever of it changes ends the quote."""
    return {
        "payment": payment.public_id,
        "due_date": payment.due_date.isoformat() if payment.due_date else "",
        "owed_minor": payment.owed_minor,
        "waived_minor": waived_minor,
    }


def _next_payments(
    merchant: MerchantInSight, subscription_id: int, count: int, now: datetime
) -> list[Payment]:
    subscription = locked(Subscription.objects.filter(merchant_id=merchant.id, id=subscription_id)).get()
    mine = _of(merchant.id, [subscription.id]).filter(state__in=COVERABLE).select_related("connection")
    makes_more = subscription.payments_total is None and subscription.cancels_at is None
    if makes_more and subscription.state in _RUNNING:
        for _missing in range(count - mine.count()):
            write_next_payment(merchant=merchant, subscription=subscription, now=now)
        follow_payments(merchant=merchant, subscription_id=subscription.id, now=now)
    return list(mine.order_by("position")[:count])
