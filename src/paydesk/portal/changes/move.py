"""Move one payment to another day: choose the day, see what changes, press."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from paydesk.billing.arrangements.changes.change import Changed, ChangeRefused
from paydesk.billing.arrangements.changes.move_payment import (
    cannot_be_moved,
    move_payment,
    preview_move,
    window_of,
)
from paydesk.billing.arrangements.coming.course import Course, DatedPayment
from paydesk.kit import clock
from paydesk.portal.changes.asked import NoDay, payment_or_404, read_day
from paydesk.portal.changes.course import course_at, today_at
from paydesk.portal.changes.differences import differences_of
from paydesk.portal.changes.done import to_agreement
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.reads.agreements import Agreement
from paydesk.portal.show import show_page
from paydesk.portal.subscriptions.find import ours_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def move(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Ask for a day; with a day show what it will look like; on the press move it, and show the agreement."""
    agreement = ours_or_404(at, public_id)
    asked = request.POST if request.method == "POST" else request.GET
    course = course_at(at, agreement)
    payment = payment_or_404(course, asked.get("payment", ""))
    text = asked.get("day", "")
    try:
        to = read_day(text) if text else None
        if to is not None and request.method == "POST":
            changed = _move(at, payment, to)
            return to_agreement(public_id, "moved", payment.day, to, changed=changed)
    except (NoDay, ChangeRefused) as refused:
        return _page(request, at, agreement, course, payment, text=text, error=str(refused))
    return _page(request, at, agreement, course, payment, text=text, to=to)


def _move(at: AtHand, payment: DatedPayment, to: date) -> Changed:
    return move_payment(
        merchant=at.merchant,
        customer_id=at.customer.customer_id,
        payment_public_id=payment.public_id or "",
        to=to,
        now=clock.wall_now(),
    )


def _page(
    request: HttpRequest,
    at: AtHand,
    agreement: Agreement,
    course: Course,
    payment: DatedPayment,
    *,
    text: str = "",
    to: date | None = None,
    error: str = "",
) -> HttpResponse:
    today, policies, preview = today_at(at), at.merchant.policies, None
    if to is not None:
        preview = preview_move(
            merchant=at.merchant,
            customer_id=at.customer.customer_id,
            payment_public_id=payment.public_id or "",
            to=to,
        )
        error = preview.refusal or ""
    return show_page(
        request,
        "changes/move.html",
        status=409 if error else 200,
        here="subscriptions",
        agreement=agreement,
        payment=payment,
        window=window_of(course, payment, policies=policies, today=today),
        refusal=cannot_be_moved(course, payment, policies=policies, today=today),
        text=text,
        to=to if preview and not error else None,
        differences=differences_of(preview) if preview and not error else None,
        error=error,
        now=at.now,
    )
