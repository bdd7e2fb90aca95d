"""Say what a customer will be charged in the coming months, and what is overdue: whoever collects it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from paydesk.billing.arrangements.coming.course import OPEN, Course, coming_until, makes_next
from paydesk.billing.arrangements.coming.expected import expected_of
from paydesk.billing.arrangements.coming.in_bills import payments_in
from paydesk.billing.arrangements.coming.read_course import course_of
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.schedule import starts_at
from paydesk.kit.clock import local_date
from paydesk.merchants.find import MerchantInSight


@dataclass(frozen=True, kw_only=True, slots=True)
class Upcoming:
    """One payment that is to come, or overdue. `day` is local, `due_at` its first instant (or the company's own).

    `is_expected`: there is no such payment yet, the rhythm says that there will be. `state` is the payment's, and
    "scheduled" of what is expected. `amount_minor` is what is still owed. Without a method the last three are empty.
    `subscription_public_id` is empty where one charge, on its way, is for several agreements.
    """

    day: date
    due_at: datetime
    title: str
    amount_minor: int
    currency: str
    subscription_public_id: str
    payment_public_id: str | None
    position: int | None
    payments_total: int | None
    state: str
    is_expected: bool
    is_overdue: bool
    collected_by: str
    method_kind: str = ""
    method_brand: str = ""
    method_last_four: str = ""


def upcoming(*, merchant: MerchantInSight, customer_id: int, now: datetime, until: date) -> list[Upcoming]:
    """List all of a customer's agreements together, the earliest first, up to a local day. `now` is business time.

    Three queries, however many agreements there are. An account that was disconnected collects nothing.
    """
    mine = {"merchant_id": merchant.id, "customer_id": customer_id, "connection__removed_at__isnull": True}
    agreements = list(_agreements(mine))
    rows = list(_open_payments(mine))
    defaults = {one.gateway_customer_id: one for one in _default_methods(mine)}
    by_agreement: dict[int | None, list[Payment]] = defaultdict(list)
    for row in rows:
        by_agreement[row.subscription_id].append(row)
    found = [
        _of_row(merchant, row, None, defaults.get(row.gateway_customer_id or 0), now)
        for row in by_agreement[None]
    ]
    for one in agreements:
        method = method_of_agreement(one, defaults.get(one.gateway_customer_id or 0))
        of_one = _of_ours if one.collected_by == Subscription.CollectedBy.PAYDESK else upcoming_at_company
        found += of_one(merchant, one, by_agreement[one.id], method, now, until)
    return in_order(one for one in found if one.day <= until)


def upcoming_of(
    *,
    merchant: MerchantInSight,
    subscription: Subscription,
    course: Course,
    method: PaymentMethod | None,
    now: datetime,
    until: date,
) -> list[Upcoming]:
    """List what a course holds: an agreement of ours as it goes on, or as it would. Pure. `now` is business time."""
    today = local_date(now, zone=merchant.time_zone)
    first_made = course.next_position if makes_next(course, today) else None
    owed = [one for one in course.payments if one.state in OPEN and one.state != Payment.State.SCHEDULED]
    return in_order(
        _line(
            subscription,
            method,
            day=one.day,
            due_at=starts_at(one.day, zone=merchant.time_zone),
            amount_minor=one.amount_minor,
            payment_public_id=one.public_id,
            position=one.position,
            state=one.state,
            is_expected=one.id is None and one.position != first_made,
            is_overdue=_is_overdue(one.state, has_come=one.day <= today),
        )
        for one in [*owed, *coming_until(course, until)]
        if one.day <= until
    )


def in_order(found: Iterable[Upcoming]) -> list[Upcoming]:
    """Give them by day, then by name, so that a page looks the same each time."""
    return sorted(found, key=lambda one: (one.due_at, one.title, one.position or 0))


def method_of_agreement(subscription: Subscription, default: PaymentMethod | None) -> PaymentMethod | None:
    """Give what will pay it: its own method, else the default of its account. One that was taken off pays nothing."""
    own = subscription.payment_method
    if own is None:
        return default
    return own if own.removed_at is None else None


def _agreements(mine: Mapping[str, object]) -> QuerySet[Subscription]:
    of_agreement = Payment.objects.filter(
        merchant_id=OuterRef("merchant_id"), subscription_id=OuterRef("id"), position__isnull=False
    )
    last = of_agreement.order_by("-position").values("position")[:1]
    agreements = Subscription.objects.filter(**mine).select_related("payment_method")
    return agreements.annotate(last_position=Subquery(last)).order_by("id")


def _open_payments(mine: Mapping[str, object]) -> QuerySet[Payment]:
    """A charge for several agreements belongs to none of them."""
    is_of_agreement = Q(subscription__isnull=False) | Q(collected_by=Subscription.CollectedBy.PAYDESK)
    rows = Payment.objects.filter(is_of_agreement, **mine, state__in=sorted(OPEN))
    return rows.select_related("payment_method").order_by("due_at", "id")


def _default_methods(mine: Mapping[str, object]) -> QuerySet[PaymentMethod]:
    return PaymentMethod.objects.filter(**mine, is_default=True, removed_at__isnull=True)


def _of_ours(
    merchant: MerchantInSight,
    agreement: Subscription,
    rows: Sequence[Payment],
    method: PaymentMethod | None,
    now: datetime,
    until: date,
) -> list[Upcoming]:
    """What has no position is a charge for several of its payments, and on its way."""
    last: int | None = agreement.last_position  # type: ignore[attr-defined]  # `_agreements` has annotated it
    numbered = [row for row in rows if row.position is not None]
    course = course_of(agreement, numbered, next_position=(last or 0) + 1, zone=merchant.time_zone)
    return [
        *(_of_row(merchant, row, agreement, method, now) for row in rows if row.position is None),
        *upcoming_of(
            merchant=merchant, subscription=agreement, course=course, method=method, now=now, until=until
        ),
    ]


def upcoming_at_company(
    merchant: MerchantInSight,
    agreement: Subscription,
    rows: Sequence[Payment],
    method: PaymentMethod | None,
    now: datetime,
    until: date,
) -> list[Upcoming]:
    """List the open bills of a subscription that a company collects, and those to be expected. `now`: business time."""
    zone = merchant.time_zone
    billed = payments_in([row.amount_minor for row in rows], amount_minor=agreement.amount_minor)
    expected = expected_of(
        agreement, open_count=billed, today=local_date(now, zone=zone), until=until, zone=zone
    )
    return [
        *(_of_row(merchant, row, agreement, method, now) for row in rows),
        *(
            _line(
                agreement,
                method,
                day=one.day,
                due_at=starts_at(one.day, zone=zone),
                amount_minor=one.amount_minor,
                position=one.position,
                is_expected=True,
            )
            for one in expected
        ),
    ]


def _of_row(
    merchant: MerchantInSight,
    row: Payment,
    agreement: Subscription | None,
    method: PaymentMethod | None,
    now: datetime,
) -> Upcoming:
    own = row.payment_method if row.payment_method and row.payment_method.removed_at is None else None
    return _line(
        agreement,
        own or method,
        title=row.title,
        currency=row.currency,
        collected_by=row.collected_by,
        day=row.due_date or local_date(row.due_at, zone=merchant.time_zone),
        due_at=row.due_at,
        amount_minor=row.owed_minor,
        payment_public_id=row.public_id,
        state=row.state,
        is_overdue=_is_overdue(row.state, has_come=row.due_at <= now),
    )


def _is_overdue(state: str, *, has_come: bool) -> bool:
    return state == Payment.State.FAILED or (state == Payment.State.DUE and has_come)


def _line(
    agreement: Subscription | None,
    method: PaymentMethod | None,
    *,
    day: date,
    due_at: datetime,
    amount_minor: int,
    title: str = "",
    currency: str = "",
    collected_by: str = "",
    payment_public_id: str | None = None,
    position: int | None = None,
    state: str = Payment.State.SCHEDULED,
    is_expected: bool = False,
    is_overdue: bool = False,
) -> Upcoming:
    """What is not said of the payment is its agreement's."""
    return Upcoming(
        day=day,
        due_at=due_at,
        title=title or (agreement.name if agreement else ""),
        amount_minor=amount_minor,
        currency=currency or (agreement.currency if agreement else ""),
        subscription_public_id=agreement.public_id if agreement else "",
        payment_public_id=payment_public_id,
        position=position,
        payments_total=agreement.payments_total if agreement else None,
        state=state,
        is_expected=is_expected,
        is_overdue=is_overdue,
        collected_by=collected_by or (agreement.collected_by if agreement else ""),
        method_kind=method.kind if method else "",
        method_brand=method.brand if method else "",
        method_last_four=method.last_four if method else "",
    )
