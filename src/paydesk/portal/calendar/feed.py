"""Answer a calendar program at a secret address: what is to come in the next twelve months, and what is overdue."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, time

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from paydesk.access.calendar.feeds import FeedClosed, FeedTooOften, OpenedFeed, open_feed
from paydesk.access.client_address import client_address, network_of
from paydesk.billing.arrangements.coming.upcoming import upcoming
from paydesk.billing.subscriptions.schedule import Rhythm
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight
from paydesk.portal.calendar.days import day_of
from paydesk.portal.calendar.ics import calendar_text


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Give the calendar; 404 with the same bytes for an address that was stopped and for one that never was."""
    merchant: MerchantInSight | None = getattr(request, "merchant", None)
    if merchant is None:
        raise Http404
    now = clock.wall_now()
    network = network_of(client_address(request))
    try:
        opened = open_feed(merchant_id=merchant.id, secret=secret, network=network, now=now)
    except FeedClosed:
        return _plain("There is no such calendar.", status=404)
    except FeedTooOften as too_often:
        seconds = max(1, int((too_often.free_again_at - now).total_seconds()))
        answer = _plain("This calendar was read too often.", status=429)
        answer["Retry-After"] = str(seconds)
        return answer
    return _answer(request, _content(merchant, opened, now))


def _content(merchant: MerchantInSight, opened: OpenedFeed, now: datetime) -> bytes:
    """Write it, the same bytes all day long while nothing changes, so that most readings bring nothing new."""
    business_now = merchant.business_now()
    today = clock.local_date(business_now, zone=merchant.time_zone)
    found = upcoming(
        merchant=merchant,
        customer_id=opened.customer_id,
        now=business_now,
        until=Rhythm(unit="year", count=1, anchor=today).day(1),
    )
    with translation.override(opened.language):
        days = [day_of(one, merchant=merchant, language=opened.language) for one in found]
    return calendar_text(
        name=merchant.name, days=days, stamp=datetime.combine(now.date(), time(), tzinfo=UTC)
    )


def _answer(request: HttpRequest, content: bytes) -> HttpResponseBase:
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["ETag"] = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response["Cache-Control"] = "private, no-cache"
    response["Content-Disposition"] = 'inline; filename="payments.ics"'
    response["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def _plain(words: str, *, status: int) -> HttpResponse:
    """A program reads it, and a person perhaps: no page of the portal, whose bytes differ each time."""
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")
