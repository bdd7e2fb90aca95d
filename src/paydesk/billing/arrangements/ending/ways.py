"""Say when an agreement may end, as its merchant allows and as it stands. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Literal, Protocol

from django.utils.translation import gettext as _

from paydesk.billing.arrangements.coming.course import RUNNING, Course, next_to_come
from paydesk.gateways.contract import Capability
from paydesk.gateways.records import SubscriptionState
from paydesk.merchants.canceling import MayCancel
from paydesk.merchants.policies import Policies

When = Literal["now", "at_end"]
#: What is milder comes first.
WHENS: tuple[When, ...] = ("at_end", "now")

_ALLOWED: dict[MayCancel, tuple[When, ...]] = {
    MayCancel.OFF: (),
    MayCancel.AT_END: ("at_end",),
    MayCancel.NOW: ("now",),
    MayCancel.BOTH: WHENS,
}


class AtCompany(Protocol):
    """What a company collects, as its row or as a page has read it."""

    @property
    def state(self) -> str:
        """How it stands."""

    @property
    def capabilities(self) -> Collection[str]:
        """What the company can do with it."""

    @property
    def next_payment_at(self) -> datetime | None:
        """When the company collects next; None when it does not."""


class Named(Protocol):
    """An agreement, as its row or as a page has read it."""

    @property
    def name(self) -> str:
        """What customers read."""

    @property
    def payments_total(self) -> int | None:
        """How many payments a plan has; None: it is none."""


def may_end(policies: Policies, agreement: Named) -> MayCancel:
    """Say when the merchant lets customers end it."""
    return policies.may_cancel(agreement.name, is_plan=agreement.payments_total is not None)


def allowed_ways(may: MayCancel, *, can_wait: bool) -> tuple[When, ...]:
    """Say what the merchant allows. Where nothing is paid ahead, its end is now: who may wait for it need not."""
    allowed = _ALLOWED[may]
    return allowed if can_wait or not allowed else ("now",)


def refusal_by_policy(may: MayCancel, when: When, *, can_wait: bool) -> str | None:
    """Say why the merchant does not let customers do that, or None."""
    allowed = allowed_ways(may, can_wait=can_wait)
    if when in allowed:
        return None
    if not allowed:
        return _("This cannot be cancelled here. Please write to us.")
    if when == "now":
        return _("This can be cancelled at the end of what is paid, and not before.")
    return _("This can be cancelled at once, and not for later.")


def can_wait(course: Course) -> bool:
    """Say whether an agreement of ours has an end of what is paid: something is to come that will not be charged."""
    return course.state != SubscriptionState.PAUSED and next_to_come(course) is not None


def can_company_wait(agreement: AtCompany, *, is_ending: bool) -> bool:
    """Say the same of what a company collects: it ends what it can end later; of the rest the date is held here."""
    return is_ending or Capability.SCHEDULE_CANCEL.value in agreement.capabilities or holds_date(agreement)


def holds_date(agreement: AtCompany) -> bool:
    """Say whether the date of an end has to be held here: its company can end it, and only at once."""
    can_only_end_now = (
        Capability.CANCEL_NOW.value in agreement.capabilities
        and Capability.SCHEDULE_CANCEL.value not in agreement.capabilities
    )
    return can_only_end_now and agreement.state in RUNNING and agreement.next_payment_at is not None
