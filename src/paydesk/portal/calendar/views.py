"""Make a secret address for a calendar program, show it once, list the addresses, stop one."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paydesk.access.calendar.feeds import FEEDS_MAX, FeedRefused, list_feeds, make_feed, stop_feed
from paydesk.kit import clock
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.show import show_page
from paydesk.portal.sign_in.ask import to_proof


@require_safe
@customer_page
def calendars(request: HttpRequest, at: AtHand) -> HttpResponse:
    """List the addresses; none of them can be shown again."""
    return _page(request, at)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def make(request: HttpRequest, at: AtHand) -> HttpResponse:
    """Make an address and show it, now and never again. Whoever comes back to it by a GET sees the list."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("calendar"), status=303)
    now = clock.wall_now()
    # It outlives every session, so a session that was left open somewhere may not make one.
    if not at.customer.has_just_come_in(now):
        return to_proof(reverse("calendar"))
    try:
        secret = make_feed(**at.ids, language=translation.get_language() or at.merchant.language, now=now)
    except FeedRefused as refused:
        return _page(request, at, error=str(refused), status=409)
    return _page(request, at, made=at.absolute("calendar_feed", secret))


@require_POST
@customer_page
def stop(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Stop one address."""
    if not stop_feed(**at.ids, public_id=public_id, now=clock.wall_now()):
        raise Http404
    return HttpResponseRedirect(f"{reverse('calendar')}?stopped=1", status=303)


def _page(
    request: HttpRequest, at: AtHand, *, made: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    feeds = list_feeds(**at.ids)
    return show_page(
        request,
        "calendar.html",
        status=status,
        here="subscriptions",
        feeds=feeds,
        made=made,
        error=error,
        is_stopped="stopped" in request.GET and not made,
        can_make=len(feeds) < FEEDS_MAX,
    )
