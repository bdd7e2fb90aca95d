"""Give a frame a ticket for one address, and answer at the top level to whoever brings it, once."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import get_script_prefix, resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from paydesk.access.tickets import TicketRefused, issue_ticket, redeem_ticket
from paydesk.access.visitor import become
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.show import show_page


@require_POST
@customer_page
def give_ticket(request: HttpRequest, at_hand: AtHand) -> HttpResponse:
    """Answer with a ticket and the address to post it to, as JSON."""
    path = request.POST.get("path", "")
    try:
        if not path.startswith(get_script_prefix()):
            raise TicketRefused(path)
        ticket = issue_ticket(visitor=at_hand.customer, path=path, now=clock.wall_now())
    except TicketRefused:
        return JsonResponse({"error": "path"}, status=422)
    return JsonResponse({"ticket": ticket, "address": reverse("ticket_open")})


# The ticket is the proof, no cookie is looked at, and what it opens is one answer and no session: nothing to forge.
@csrf_exempt
@require_POST
def open_ticket(request: HttpRequest) -> HttpResponse:
    """Answer as the ticket's address answers to a GET of its customer. The secret stands in the body, in no address."""
    merchant: MerchantInSight | None = getattr(request, "merchant", None)
    if merchant is None:
        raise Http404
    path = request.POST.get("path", "")
    secret = request.POST.get("ticket", "")
    try:
        who = redeem_ticket(merchant=merchant, secret=secret, path=path, now=clock.wall_now())
    except TicketRefused:
        words = _("It was good for one use and one minute. Go back and press the button again.")
        return show_page(
            request, "refusal.html", status=410, title=_("This step is no longer open"), words=words
        )
    become(request, who)
    return _answer(request, path)


def _answer(request: HttpRequest, path: str) -> HttpResponse:
    """Let the view of that address answer. It sees a GET, so whatever moves money or ends something refuses."""
    parts = urlsplit(path)
    inner = "/" + parts.path.removeprefix(get_script_prefix())
    request.method = "GET"
    request.path, request.path_info = parts.path, inner
    request.GET, request.POST = QueryDict(parts.query), QueryDict()
    match = resolve(inner)
    request.resolver_match = match
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return response
