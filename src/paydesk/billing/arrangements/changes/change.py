"""Change how an agreement of ours goes on, under its locks: decided by a pure function, written as it was shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from paydesk.billing.arrangements.changes.write_course import write_course
from paydesk.billing.arrangements.coming.course import Course
from paydesk.billing.arrangements.coming.read_course import read_course
from paydesk.billing.arrangements.models import AskedBy, CancelNote, ScheduledAction
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.database.transactions import in_transaction
from paydesk.gateways.records import SubscriptionState
from paydesk.kit.clock import local_date
from paydesk.merchants.find import MerchantInSight

_HELD = (Payment.State.PROCESSING, Payment.State.COVERED)


class ChangeRefused(Exception):
    """Nothing was changed. The words are for the customer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """An agreement after a verb. Without `is_news` an earlier press had done it already.

    `action`: the wish that was put to the company that collects; while it is open, the company has not confirmed it.
    """

    subscription: Subscription
    is_news: bool
    action: ScheduledAction | None = None

    @property
    def is_confirmed(self) -> bool:
        """Say whether it is so, and not only wanted."""
        return self.action is None or self.action.state == ScheduledAction.State.DONE


#: Gives the course as it shall be, None when it is so already, or raises a ChangeRefused.
Decide = Callable[[Course], Course | None]


def change_course(
    *,
    merchant: MerchantInSight,
    subscription_id: int,
    decide: Decide,
    what: str,
    asked_by: AskedBy,
    now: datetime,
    note: Callable[[], CancelNote] | None = None,
) -> Changed:
    """Change it in one transaction, with all that follows. `what` names the change in the event. `now` is wall time.

    `note`: writes what was said about it, if it is changed.
    """

    def step() -> Changed:
        read = read_course(
            merchant_id=merchant.id, subscription_id=subscription_id, zone=merchant.time_zone, is_locked=True
        )
        if read.subscription.moving_since is not None:
            raise ChangeRefused(being_moved())
        after = decide(read.course)
        if after is None:
            return Changed(subscription=read.subscription, is_news=False)
        changed = write_course(
            merchant=merchant,
            read=read,
            after=after,
            what=what,
            asked_by=asked_by,
            now=now,
            note=note() if note else None,
        )
        return Changed(subscription=changed, is_news=True)

    return in_transaction(step)


def agreement_of(*, merchant: MerchantInSight, customer_id: int, public_id: str) -> Subscription:
    """Give a customer's own agreement, or raise Subscription.DoesNotExist."""
    return Subscription.objects.select_related("connection", "gateway_customer", "payment_method").get(
        merchant_id=merchant.id, customer_id=customer_id, public_id=public_id
    )


def agreement_of_payment(*, merchant: MerchantInSight, customer_id: int, public_id: str) -> Subscription:
    """Give the agreement of ours that a customer's own payment is of; raises Payment.DoesNotExist."""
    payment = Payment.objects.select_related("subscription__payment_method").get(
        merchant_id=merchant.id,
        customer_id=customer_id,
        public_id=public_id,
        collected_by=Subscription.CollectedBy.PAYDESK,
        position__isnull=False,
    )
    if payment.subscription is None:
        raise AssertionError("a payment with a position is of an agreement")
    return payment.subscription


def today_at(merchant: MerchantInSight) -> date:
    """Give the local day by the merchant's own clock."""
    return local_date(merchant.business_now(), zone=merchant.time_zone)


def is_on_its_way(course: Course, today: date) -> bool:
    """Say whether a payment is being made before its day: what is to come depends on how that ends."""
    return any(one.state in _HELD and one.day > today for one in course.payments)


def not_running(course: Course) -> str | None:
    """Say why nothing about the payments to come can be changed, or None: it runs."""
    if course.state in ENDED:
        return has_ended()
    if course.state == SubscriptionState.PAUSED:
        return _("It is paused. Resume it first.")
    if course.state not in (
        SubscriptionState.ACTIVE,
        SubscriptionState.TRIALING,
        SubscriptionState.PAST_DUE,
    ):
        return _("This cannot be changed right now. Please write to us.")
    return None


def being_moved() -> str:
    """Say that it is on its way to another way of paying, this moment."""
    return _("It is being moved to another way of paying right now. Look again in a few minutes.")


def has_ended() -> str:
    """Say that there is nothing more to change."""
    return _("It has ended. Nothing more will be charged.")


def wait_for_payment() -> str:
    """Say that what is to come cannot be changed before a payment's end is known."""
    return _("A payment is on its way. Wait until it is through, then try again.")
