"""Pause an agreement until a day: choose the day, see what changes, press."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from paydesk.billing.arrangements.changes.change import ChangeRefused
from paydesk.billing.arrangements.changes.pause_agreement import (
    longest,
    pause_agreement,
    preview_pause,
)
from paydesk.billing.arrangements.changes.preview import Preview
from paydesk.kit import clock
from paydesk.portal.changes.asked import NoDay, agreement_named, read_day
from paydesk.portal.changes.course import today_at
from paydesk.portal.changes.differences import differences_of
from paydesk.portal.changes.done import to_agreement
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.reads.agreements import Agreement
from paydesk.portal.show import show_page
from paydesk.portal.subscriptions.find import agreement_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def pause(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Ask until when; with a day show what it will look like; on the press pause it, and show the agreement."""
    agreement = agreement_or_404(at, public_id)
    text = (request.POST if request.method == "POST" else request.GET).get("until", "")
    try:
        until = read_day(text) if text else None
        if until is not None and request.method == "POST":
            changed = pause_agreement(**agreement_named(at, public_id), until=until, now=clock.wall_now())
            return to_agreement(public_id, "paused", until, changed=changed)
    except (NoDay, ChangeRefused) as refused:
        return _page(request, at, agreement, text=text, error=str(refused))
    return _page(request, at, agreement, text=text, until=until)


def _page(
    request: HttpRequest,
    at: AtHand,
    agreement: Agreement,
    *,
    text: str = "",
    until: date | None = None,
    error: str = "",
) -> HttpResponse:
    today = today_at(at)
    latest = longest(at.merchant.policies, today)
    preview = _preview(at, agreement.public_id, until)
    # Whether it may pause at all is asked with a day that is allowed.
    refusal = None if until is None else preview.refusal
    return show_page(
        request,
        "changes/pause.html",
        status=409 if error or refusal else 200,
        here="subscriptions",
        agreement=agreement,
        first=today + timedelta(days=1),
        last=latest,
        refusal=None if until else preview.refusal,
        text=text,
        until=None if refusal or error else until,
        differences=differences_of(preview),
        error=error or refusal or "",
        now=at.now,
    )


def _preview(at: AtHand, public_id: str, until: date | None) -> Preview:
    """Without a day: as long as the merchant allows, which tells whether it may pause at all."""
    return preview_pause(**agreement_named(at, public_id), until=until)
