"""Say on which days a company is expected to collect for a subscription of its own. It has not said so yet: a guess."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from paydesk.billing.subscriptions.discount import off_until
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.schedule import Rhythm
from paydesk.gateways.records import SubscriptionState
from paydesk.kit.clock import local_date

#: In these it makes bills; one that pauses makes them again from the day on which it resumes.
_BILLED = {SubscriptionState.TRIALING, SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE}


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """A bill that the company has not made. `position`: which one of a plan it would be."""

    day: date
    amount_minor: int
    position: int | None


def expected_of(
    subscription: Subscription, *, open_count: int, today: date, until: date, zone: str
) -> list[Expected]:
    """Give the bills to come up to a local day. `open_count`: how many payments are in its open bills."""
    first = subscription.next_payment_at
    if first is None or not _is_billed(subscription):
        return []
    first_day = local_date(first, zone=zone)
    rhythm = _rhythm(subscription, first_day, zone)
    begins, ends = max(first_day, today), until
    if subscription.state == SubscriptionState.PAUSED and subscription.goes_on_at is not None:
        begins = max(begins, local_date(subscription.goes_on_at, zone=zone))
    if subscription.ends_at is not None:
        ends = min(ends, local_date(subscription.ends_at, zone=zone) - timedelta(days=1))
    days = [day for _, day in rhythm.days_between(begins, ends)]
    made = subscription.payments_made + open_count
    total = subscription.payments_total
    return [
        Expected(
            day=day,
            amount_minor=_amount(subscription, day, first, zone, is_first=day == first_day),
            position=None if total is None else made + number,
        )
        for number, day in enumerate(islice(days, None if total is None else max(0, total - made)), start=1)
    ]


def _is_billed(subscription: Subscription) -> bool:
    if subscription.state == SubscriptionState.PAUSED:
        return subscription.goes_on_at is not None
    return subscription.state in _BILLED


def _rhythm(subscription: Subscription, first_day: date, zone: str) -> Rhythm:
    """The day on which it began tells what follows a short February, if the next day stems from it."""
    unit, every = subscription.interval_unit, subscription.interval_count
    began = Rhythm(unit=unit, count=every, anchor=local_date(subscription.started_at, zone=zone))
    if began.day(began.first_index_from(first_day)) == first_day:
        return began
    return Rhythm(unit=unit, count=every, anchor=first_day)


def billed_at(next_at: datetime, day: date, *, zone: str) -> datetime:
    """Give the moment of the bill of a local day: each is made at the same time as the next one is."""
    return datetime.combine(day, next_at.astimezone(ZoneInfo(zone)).timetz())


def _amount(subscription: Subscription, day: date, next_at: datetime, zone: str, *, is_first: bool) -> int:
    """What the company has said of its next bill may differ from the usual amount."""
    if is_first and subscription.next_amount_minor is not None:
        return subscription.next_amount_minor
    return subscription.amount_minor - off_until(
        subscription.amount_minor,
        percent=subscription.discount_percent,
        ends_at=subscription.discount_ends_at,
        at=billed_at(next_at, day, zone=zone),
    )
