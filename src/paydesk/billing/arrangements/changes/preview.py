"""Show what is to come of an agreement before and after a change, which is not made here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from paydesk.billing.arrangements.coming.course import Course
from paydesk.billing.arrangements.coming.read_course import read_course
from paydesk.billing.arrangements.coming.upcoming import Upcoming, method_of_agreement, upcoming_of
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit.clock import local_date
from paydesk.merchants.find import MerchantInSight

#: How far ahead a page looks.
A_YEAR = timedelta(days=366)


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What is to come in the next twelve months. With a `refusal` nothing would change: `after` is as `before`."""

    before: Sequence[Upcoming]
    after: Sequence[Upcoming]
    refusal: str | None


def preview_of(
    *, merchant: MerchantInSight, subscription: Subscription, look: Callable[[Course], Course | str]
) -> Preview:
    """Look ahead on one agreement of ours. `look` gives the course as it would be, or why that may not be."""
    read = read_course(
        merchant_id=merchant.id, subscription_id=subscription.id, zone=merchant.time_zone, is_locked=False
    )
    now = merchant.business_now()
    method = method_of_agreement(read.subscription, default_method(read.subscription))
    found = look(read.course)

    def seen(course: Course) -> list[Upcoming]:
        return upcoming_of(
            merchant=merchant,
            subscription=read.subscription,
            course=course,
            method=method,
            now=now,
            until=last_day(merchant, now),
        )

    before = seen(read.course)
    if isinstance(found, str):
        return Preview(before=before, after=before, refusal=found)
    return Preview(before=before, after=seen(found), refusal=None)


def default_method(subscription: Subscription) -> PaymentMethod | None:
    """Give the default of its account."""
    return PaymentMethod.objects.filter(
        merchant_id=subscription.merchant_id,
        gateway_customer_id=subscription.gateway_customer_id or 0,
        is_default=True,
        removed_at__isnull=True,
    ).first()


def last_day(merchant: MerchantInSight, now: datetime) -> date:
    """Give the local day up to which a page looks ahead. `now` is business time."""
    return local_date(now + A_YEAR, zone=merchant.time_zone)
