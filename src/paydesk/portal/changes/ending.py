"""Say when an agreement can end, and plainly what that means: what is kept until when, what is not charged, what is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from paydesk.billing.arrangements.changes.cancel_agreement import preview_cancel, refusal
from paydesk.billing.arrangements.changes.preview import Preview
from paydesk.billing.arrangements.coming.course import Course, next_to_come
from paydesk.billing.arrangements.coming.upcoming import Upcoming
from paydesk.billing.arrangements.ending.ways import WHENS, When, allowed_ways, can_company_wait, may_end
from paydesk.billing.arrangements.models import AskedBy
from paydesk.gateways.contract import Capability
from paydesk.gateways.records import SubscriptionState
from paydesk.kit.clock import local_date
from paydesk.merchants.canceling import MayCancel
from paydesk.portal.changes.asked import agreement_named
from paydesk.portal.changes.course import today_at
from paydesk.portal.door import AtHand
from paydesk.portal.reads.agreements import Agreement


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One way to end it. `day`: when; None: now. `gone`: what would have been charged in a year."""

    when: When
    day: date | None
    gone: Sequence[Upcoming]

    @property
    def gone_minor(self) -> int:
        """Give what is not charged of it: of a plan that is all that was still to come."""
        return sum(one.amount_minor for one in self.gone)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """All that a page says before the end. `paid_until`: the day up to which something is paid already."""

    ways: Sequence[Way]
    owed: Sequence[Upcoming]
    paid_until: date | None


def ways_of(at: AtHand, agreement: Agreement, course: Course | None) -> list[When]:
    """List the ways that would not be refused now. `course`: of one that Paydesk collects. Asks no database."""
    if agreement.is_over or agreement.connection_removed_at is not None:
        return []
    if course is None:
        return _ways_at_company(at, agreement)
    may, today = may_end(at.merchant.policies, agreement), today_at(at)
    return [
        when
        for when in WHENS
        if refusal(course, when=when, may=may, asked_by=AskedBy.CUSTOMER, today=today) is None
    ]


def is_allowed(at: AtHand, agreement: Agreement) -> bool:
    """Say whether the merchant lets customers cancel such a thing by themselves."""
    return may_end(at.merchant.policies, agreement) != MayCancel.OFF


def ending_of(at: AtHand, agreement: Agreement, course: Course | None) -> Ending:
    """Say what each way means, as a preview has it."""
    seen = {when: _preview(at, agreement, when) for when in ways_of(at, agreement, course)}
    owed = next((preview.before for preview in seen.values()), [])
    return Ending(
        ways=[_way(at, agreement, course, when, preview) for when, preview in seen.items()],
        owed=[one for one in owed if one.is_overdue],
        paid_until=_end_of_paid(at, agreement, course) if _is_paid_ahead(agreement) else None,
    )


def _ways_at_company(at: AtHand, agreement: Agreement) -> list[When]:
    waits = can_company_wait(agreement, is_ending=agreement.is_ending)
    can = {
        "now": Capability.CANCEL_NOW.value in agreement.capabilities,
        "at_end": waits and not agreement.is_ending,
    }
    return [
        when for when in allowed_ways(may_end(at.merchant.policies, agreement), can_wait=waits) if can[when]
    ]


def _preview(at: AtHand, agreement: Agreement, when: When) -> Preview:
    return preview_cancel(**agreement_named(at, agreement.public_id), when=when)


def _way(at: AtHand, agreement: Agreement, course: Course | None, when: When, preview: Preview) -> Way:
    kept = {(one.day, one.position) for one in preview.after}
    return Way(
        when=when,
        day=_end_of_paid(at, agreement, course) if when == "at_end" else None,
        gone=[one for one in preview.before if not one.is_overdue and (one.day, one.position) not in kept],
    )


def _end_of_paid(at: AtHand, agreement: Agreement, course: Course | None) -> date | None:
    if agreement.cancels_at is not None:
        return _local(at, agreement.cancels_at)
    if course is not None:
        coming = next_to_come(course)
        return coming.day if coming else None
    return _local(at, agreement.next_payment_at) if agreement.next_payment_at else None


def _is_paid_ahead(agreement: Agreement) -> bool:
    """What is behind with its payments is not paid ahead."""
    is_in_order = agreement.state == SubscriptionState.ACTIVE
    return is_in_order and agreement.payments_total is None and agreement.payments_made > 0


def _local(at: AtHand, moment: datetime) -> date:
    return local_date(moment, zone=at.merchant.time_zone)
