"""Skip the next payment of a subscription, or take that back: see what changes, press."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from paydesk.billing.arrangements.changes.change import ChangeRefused
from paydesk.billing.arrangements.changes.skip_payment import (
    preview_skip,
    preview_unskip,
    skip_payment,
    unskip_payment,
)
from paydesk.kit import clock
from paydesk.portal.changes.asked import payment_or_404
from paydesk.portal.changes.course import course_at
from paydesk.portal.changes.differences import differences_of
from paydesk.portal.changes.done import to_agreement
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.show import show_page
from paydesk.portal.subscriptions.find import ours_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def skip(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Show what it will look like without the next payment; on the press skip it."""
    return _step(request, at, public_id, "skipped", preview_skip, skip_payment)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def unskip(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Show what it will look like with a payment that was skipped; on the press let it be charged again."""
    return _step(request, at, public_id, "unskipped", preview_unskip, unskip_payment)


def _step(
    request: HttpRequest,
    at: AtHand,
    public_id: str,
    what: str,
    preview_it: Callable[..., Any],
    do_it: Callable[..., Any],
) -> HttpResponse:
    agreement = ours_or_404(at, public_id)
    course, error = course_at(at, agreement), ""
    asked = request.POST if request.method == "POST" else request.GET
    payment = payment_or_404(course, asked.get("payment", ""))
    named = {
        "merchant": at.merchant,
        "customer_id": at.customer.customer_id,
        "payment_public_id": payment.public_id,
    }
    if request.method == "POST":
        try:
            changed = do_it(**named, now=clock.wall_now())
            return to_agreement(public_id, what, payment.day, changed=changed)
        except ChangeRefused as refused:
            error = str(refused)
    preview = preview_it(**named)
    return show_page(
        request,
        "changes/skip.html",
        status=409 if error else 200,
        here="subscriptions",
        agreement=agreement,
        payment=payment,
        what=what,
        refusal=error or preview.refusal,
        differences=differences_of(preview),
        now=at.now,
    )
