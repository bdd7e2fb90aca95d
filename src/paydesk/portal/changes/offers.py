"""Say which changes of an agreement are offered: by its merchant's policies, and by what its company can do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from paydesk.billing.arrangements.changes import resume_agreement, skip_payment
from paydesk.billing.arrangements.changes.move_payment import window_of
from paydesk.billing.arrangements.changes.pause_agreement import cannot_pause
from paydesk.billing.arrangements.coming.course import RUNNING, Course, next_to_come
from paydesk.billing.payments.models import Payment
from paydesk.gateways.contract import Capability
from paydesk.gateways.records import SubscriptionState
from paydesk.kit.clock import local_date
from paydesk.portal.addresses import url
from paydesk.portal.changes.course import today_at
from paydesk.portal.changes.ending import ways_of
from paydesk.portal.door import AtHand
from paydesk.portal.reads.agreements import Agreement
from paydesk.portal.subscriptions.offer import Offer
from paydesk.portal.words.dates import day


def end_offers(at: AtHand, agreement: Agreement, course: Course | None) -> Iterator[Offer]:
    """Give what ends it, or takes that back. Where customers may not, the page says whom to ask."""
    if agreement.is_ending and agreement.cancels_at is not None:
        ends = local_date(agreement.cancels_at, zone=at.merchant.time_zone)
        yield Offer(
            mark="back",
            words=_("Keep it after all"),
            note=_("It ends on %(day)s") % {"day": day(ends)},
            address=url("subscription_keep", agreement.public_id),
        )
    ways = ways_of(at, agreement, course)
    if agreement.is_ending and "now" not in ways:
        return
    yield Offer(
        mark="leave",
        words=_("End it now") if agreement.is_ending else _("Cancel"),
        note="" if agreement.is_ending else _when(ways),
        address=url("subscription_cancel", agreement.public_id),
    )


def change_offers(at: AtHand, agreement: Agreement, course: Course | None) -> Iterator[Offer]:
    """Give those that would not be refused now. `course`: of one that Paydesk collects."""
    if course is None:
        yield from _of_company(at, agreement)
        return
    yield from _of_next_payment(at, agreement, course)
    if cannot_pause(course, policies=at.merchant.policies, today=today_at(at)) is None:
        yield _pause(agreement)
    if resume_agreement.refusal(course, today=today_at(at)) is None:
        yield _resume(at, agreement)


def _when(ways: Sequence[str]) -> str:
    match ways:
        case ["at_end", "now"]:
            return _("At the end of what is paid, or at once")
        case ["at_end"]:
            return _("At the end of what is paid")
        case ["now"]:
            return _("At once")
        case _:
            return ""


def _of_next_payment(at: AtHand, agreement: Agreement, course: Course) -> Iterator[Offer]:
    policies, today = at.merchant.policies, today_at(at)
    for one in course.payments:
        is_skipped = one.state == Payment.State.SKIPPED
        if is_skipped and skip_payment.refusal_to_unskip(course, one, today=today) is None:
            yield Offer(
                mark="back",
                words=_("Take the skip back"),
                note=_("Charge %(day)s after all") % {"day": day(one.day)},
                address=f"{url('subscription_unskip', agreement.public_id)}?payment={one.public_id}",
            )
    coming = next_to_come(course)
    if coming is None or coming.public_id is None:
        return
    window = window_of(course, coming, policies=policies, today=today)
    if window is not None and window.first < window.last:
        yield Offer(
            mark="clock",
            words=_("Move the next payment"),
            note=_("%(first)s to %(last)s") % {"first": day(window.first), "last": day(window.last)},
            address=url("subscription_move", agreement.public_id),
        )
    if skip_payment.refusal(course, coming, policies=policies, today=today) is None:
        yield Offer(
            mark="dash",
            words=_("Skip the next payment"),
            note=_("Nothing is charged on %(day)s") % {"day": day(coming.day)},
            address=url("subscription_skip", agreement.public_id),
        )


def _of_company(at: AtHand, agreement: Agreement) -> Iterator[Offer]:
    is_paused = agreement.state == SubscriptionState.PAUSED
    if is_paused and Capability.RESUME in agreement.capabilities:
        yield _resume(at, agreement)
    can_pause = agreement.state in RUNNING and not agreement.is_ending and at.merchant.policies.pause_days
    if can_pause and Capability.PAUSE in agreement.capabilities:
        yield _pause(agreement)


def _pause(agreement: Agreement) -> Offer:
    return Offer(
        mark="pause",
        words=_("Pause"),
        note=_("Until a day that you choose"),
        address=url("subscription_pause", agreement.public_id),
    )


def _resume(at: AtHand, agreement: Agreement) -> Offer:
    note = ""
    if agreement.resumes_at is not None:
        resumes = local_date(agreement.resumes_at, zone=at.merchant.time_zone)
        note = _("It pauses until %(day)s") % {"day": day(resumes)}
    return Offer(
        mark="next",
        words=_("Go on today"),
        note=note,
        address=url("subscription_resume", agreement.public_id),
    )
