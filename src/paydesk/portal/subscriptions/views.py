"""Show the subscriptions and payment plans, and one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paydesk.billing.arrangements.changes.wishes import sentence_of
from paydesk.billing.arrangements.coming.course import Course
from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.backups.chosen import chosen_backups
from paydesk.billing.payments.models import Payment
from paydesk.kit import clock
from paydesk.portal.changes.course import course_of_rows
from paydesk.portal.changes.done import read_done
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.reads.agreements import Agreement, agreements
from paydesk.portal.reads.instalments import Instalment, instalments, recent_instalments
from paydesk.portal.reads.one_order import payments_of
from paydesk.portal.reads.wishes import open_wish
from paydesk.portal.show import show_page
from paydesk.portal.subscriptions.find import agreement_or_404
from paydesk.portal.subscriptions.offers import offers_of

_PAYMENTS_SHOWN = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is still to be paid, the earliest first, and of a plan what is behind, the latest first.

    `off`: what is not charged any more, since it was cancelled.
    """

    left: Sequence[Instalment]
    behind: Sequence[Instalment]
    off: Sequence[Instalment]
    course: Course


@require_safe
@customer_page
def subscriptions(request: HttpRequest, at: AtHand) -> HttpResponse:
    """List what runs, then what is over."""
    mine = agreements(**at.ids)
    return show_page(
        request,
        "subscriptions.html",
        here="subscriptions",
        running=[agreement for agreement in mine if not agreement.is_over],
        over=[agreement for agreement in mine if agreement.is_over],
    )


@require_safe
@customer_page
def subscription(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Show one: how far it has come, what is next, what can be done, and its payments."""
    found = agreement_or_404(at, public_id)
    plan = _plan(at, found) if found.is_ours else None
    wish = None if found.is_ours else _wish(at, found)
    shows_all = plan is not None and found.payments_total is not None
    payments = [] if shows_all else payments_of(**at.ids, order_id=found.order_id)
    backup = None if found.is_over else chosen_backups(**at.ids).of(found.id)
    return show_page(
        request,
        "subscription.html",
        here="subscriptions",
        agreement=found,
        plan=plan,
        shows_all=shows_all,
        overdue=[one for one in plan.left if one.is_overdue] if plan else [],
        offered=offers_of(at, found, plan.left if plan else [], plan.course if plan else None, backup),
        backup=backup.payment_method if backup else None,
        wish=wish,
        wish_refusal=sentence_of(wish) if wish else "",
        done=read_done(public_id, request.GET.get("done", "")),
        payments=payments[:_PAYMENTS_SHOWN],
        has_more=len(payments) > _PAYMENTS_SHOWN,
        now=at.now,
    )


def _wish(at: AtHand, found: Agreement) -> ScheduledAction | None:
    return open_wish(merchant_id=at.merchant.id, subscription_id=found.id, now=clock.wall_now())


def _plan(at: AtHand, found: Agreement) -> Plan:
    if found.payments_total:
        every = instalments(**at.ids, subscription_id=found.id)
    else:
        every = recent_instalments(**at.ids, subscription_id=found.id, now=at.now)
    shown = [_as_it_ends(found, one) for one in every]
    left = [one for one in shown if one.is_left]
    off = [one for one in shown if one.state == Payment.State.CANCELED]
    behind = [one for one in shown if not one.is_left and one.state != Payment.State.CANCELED]
    return Plan(
        left=sorted(left, key=lambda one: one.due_at),
        behind=behind[::-1],
        off=off,
        course=course_of_rows(at.merchant, found, every),
    )


def _as_it_ends(found: Agreement, one: Instalment) -> Instalment:
    """What would be due after the end that is set is not charged, although the end can still be taken back."""
    if found.cancels_at is None or not one.is_coming or one.due_at < found.cancels_at:
        return one
    return one._replace(state=Payment.State.CANCELED)
