"""Let a customer who was about to cancel pay less for some payments of a subscription, once in its life."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from paydesk.billing.arrangements.changes.ask_company import ask_company
from paydesk.billing.arrangements.changes.change import (
    Changed,
    ChangeRefused,
    agreement_of,
    change_course,
    is_on_its_way,
    not_running,
    today_at,
    wait_for_payment,
)
from paydesk.billing.arrangements.changes.preview import Preview, preview_of
from paydesk.billing.arrangements.changes.preview_at_company import preview_at_company
from paydesk.billing.arrangements.coming.course import Course, next_to_come, with_payments
from paydesk.billing.arrangements.models import AskedBy, ScheduledAction
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.discount import NO_DISCOUNT, Discount
from paydesk.billing.subscriptions.models import Subscription
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.policies import Policies


class DiscountRefused(ChangeRefused):
    """It costs what it did."""


def discount_agreement(
    *,
    merchant: MerchantInSight,
    customer_id: int,
    subscription_public_id: str,
    asked_by: AskedBy = AskedBy.CUSTOMER,
    now: datetime,
) -> Changed:
    """Take the merchant's discount off the payments that come next. An agreement gets it once in its life.

    Where a company collects, the company is asked, and has confirmed it only if `Changed.is_confirmed`. Raises
    DiscountRefused, Subscription.DoesNotExist. `now` is wall time.
    """
    agreement = agreement_of(merchant=merchant, customer_id=customer_id, public_id=subscription_public_id)
    today = today_at(merchant)
    if agreement.collected_by != Subscription.CollectedBy.PAYDESK:
        if said := refusal_at_company(agreement, policies=merchant.policies):
            raise DiscountRefused(said)
        return ask_company(
            merchant=merchant,
            agreement=agreement,
            kind=ScheduledAction.Kind.DISCOUNT,
            discount=_offered(merchant.policies),
            asked_by=asked_by,
            refused=DiscountRefused,
        )

    def decide(course: Course) -> Course | None:
        if said := refusal(course, policies=merchant.policies, today=today):
            raise DiscountRefused(said)
        return discounted(course, merchant.policies)

    return change_course(
        merchant=merchant,
        subscription_id=agreement.id,
        decide=decide,
        what="discounted",
        asked_by=asked_by,
        now=now,
    )


def preview_discount(*, merchant: MerchantInSight, customer_id: int, subscription_public_id: str) -> Preview:
    """Say what it will look like, or why it stays. Raises Subscription.DoesNotExist. Asks no company."""
    agreement = agreement_of(merchant=merchant, customer_id=customer_id, public_id=subscription_public_id)
    today = today_at(merchant)
    if agreement.collected_by != Subscription.CollectedBy.PAYDESK:
        return preview_at_company(
            merchant=merchant,
            agreement=agreement,
            kind=ScheduledAction.Kind.DISCOUNT,
            discount=_offered(merchant.policies),
            refusal=refusal_at_company(agreement, policies=merchant.policies),
        )

    def look(course: Course) -> Course | str:
        said = refusal(course, policies=merchant.policies, today=today)
        return said or discounted(course, merchant.policies)

    return preview_of(merchant=merchant, subscription=agreement, look=look)


def refusal(course: Course, *, policies: Policies, today: date) -> str | None:
    """Say why it costs what it did, or None."""
    if said := not_running(course):
        return said
    if course.is_plan or course.discount.count or _offered(policies) == NO_DISCOUNT:
        return no_discount()
    if is_on_its_way(course, today):
        return wait_for_payment()
    if next_to_come(course) is None:
        return _("No further payment is to come.")
    return None


def refusal_at_company(agreement: Subscription, *, policies: Policies) -> str | None:
    """Say why a company is not asked for it, or None: each gets it once, though it may be over by now."""
    was_given = ScheduledAction.objects.filter(
        merchant_id=agreement.merchant_id,
        subscription_id=agreement.id,
        kind=ScheduledAction.Kind.DISCOUNT,
        state=ScheduledAction.State.DONE,
    )
    is_plan, is_full = agreement.payments_total is not None, agreement.discount_percent == 0
    if is_plan or not is_full or _offered(policies) == NO_DISCOUNT or was_given.exists():
        return no_discount()
    return None if agreement.next_payment_at else _("No further payment is to come.")


def no_discount() -> str:
    """Say that it costs what it costs."""
    return _("There is no discount for this. Please write to us.")


def _offered(policies: Policies) -> Discount:
    """Give what the merchant takes off the payments that come next."""
    if not (policies.discount_percent and policies.discount_payments):
        return NO_DISCOUNT
    return Discount(percent=policies.discount_percent, count=policies.discount_payments)


def discounted(course: Course, policies: Policies) -> Course:
    """Give the course with its next payments for less: those that are rows, and those that will be."""
    coming = next_to_come(course)
    if coming is None:
        raise AssertionError("a course without a next payment has no discount")
    discount = replace(_offered(policies), first=coming.position)
    payments = [
        replace(one, amount_minor=one.amount_minor - discount.off(one.amount_minor, one.position))
        if one.state == Payment.State.SCHEDULED
        else one
        for one in course.payments
    ]
    return replace(with_payments(course, payments), discount=discount)
