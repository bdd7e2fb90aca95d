"""Move an agreement to another way of paying: choose a method, see what happens, press, and see how it goes."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from paydesk.billing.arrangements.moving.agreement import first_payment
from paydesk.billing.arrangements.moving.begin import MovePreview, MoveRefused, begin_move, preview_move
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.arrangements.moving.rounds import is_tried_again
from paydesk.billing.arrangements.moving.undo import undo_move
from paydesk.billing.arrangements.moving.ways import methods_for
from paydesk.billing.payment_methods.open_account import account_for
from paydesk.billing.payment_methods.set_up import SetupRefused
from paydesk.billing.payments.models import Payment
from paydesk.billing.payments.refused import no_answer
from paydesk.gateways.contract import GatewayUnreachable
from paydesk.kit import clock
from paydesk.merchants.connect import company_name
from paydesk.portal.changes.asked import agreement_named
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.moving.find import latest_move, subscription_or_404
from paydesk.portal.moving.places import places
from paydesk.portal.moving.words import is_checking, reason_of, steps_of, title_of
from paydesk.portal.reads.agreements import Agreement
from paydesk.portal.setups.begin import begin_setup
from paydesk.portal.show import show_page
from paydesk.portal.subscriptions.find import agreement_or_404

#: How long a page says how the latest move ended, before it offers another.
_TOLD_FOR = timedelta(days=1)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def elsewhere(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Show the methods, or with one of them what happens; on the press begin, and show how it goes."""
    agreement = agreement_or_404(at, public_id)
    if request.method == "POST":
        return _press(request, at, agreement, request.POST.get("method", ""))
    move = latest_move(at, agreement.id)
    chosen = request.GET.get("method", "")
    if move is not None and (move.state in Move.OPEN or (not chosen and _is_told(request, move))):
        return _state(request, at, agreement, move)
    if not chosen:
        return _choose(request, at, agreement)
    try:
        seen = preview_move(**agreement_named(at, public_id), method_public_id=chosen)
    except MoveRefused as refused:
        return _choose(request, at, agreement, error=str(refused), status=409)
    return _preview(request, at, agreement, seen)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def enter_card(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Begin to enter a method at one of the companies; the customer comes back here. A GET begins nothing."""
    agreement = agreement_or_404(at, public_id)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("subscription_elsewhere", args=[public_id]))
    wanted = request.POST.get("place", "")
    place = next(
        (one for one in places(at, agreement) if one.can_add and str(one.connection.uuid) == wanted), None
    )
    if place is None:
        raise Http404
    try:
        owner = account_for(
            merchant=at.merchant, customer_id=at.customer.customer_id, connection=place.connection
        )
    except SetupRefused as refused:
        return _choose(request, at, agreement, error=str(refused), status=409)
    except GatewayUnreachable:
        return _choose(request, at, agreement, error=no_answer(), status=502)
    return begin_setup(
        request,
        at,
        owner_id=owner.id,
        moves=public_id,
        on_trouble=lambda words, status: _choose(request, at, agreement, error=words, status=status),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def take_back(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Let the old one go on, as long as nothing was asked for."""
    agreement = agreement_or_404(at, public_id)
    if request.method == "POST":
        try:
            undo_move(**agreement_named(at, public_id), now=clock.wall_now())
        except MoveRefused as refused:
            move = latest_move(at, agreement.id)
            if move is not None:
                return _state(request, at, agreement, move, refusal=str(refused), status=409)
    return _to_state(public_id)


def _press(request: HttpRequest, at: AtHand, agreement: Agreement, method: str) -> HttpResponse:
    try:
        begin_move(**agreement_named(at, agreement.public_id), method_public_id=method, now=clock.wall_now())
    except MoveRefused as refused:
        return _choose(request, at, agreement, error=str(refused), status=409)
    return _to_state(agreement.public_id)


def _to_state(public_id: str) -> HttpResponse:
    address = reverse("subscription_elsewhere", args=[public_id])
    return HttpResponseRedirect(f"{address}?{urlencode({'done': 1})}", status=303)


def _is_told(request: HttpRequest, move: Move) -> bool:
    """What is done stays told; what came to nothing is told for a day, or to who has just pressed."""
    if move.state == Move.State.DONE and move.target_id is not None:
        return True
    settled_at = move.settled_at or move.created_at
    return bool(request.GET.get("done")) and clock.wall_now() - settled_at < _TOLD_FOR


def _choose(
    request: HttpRequest, at: AtHand, agreement: Agreement, *, error: str = "", status: int = 200
) -> HttpResponse:
    subscription = subscription_or_404(at, agreement.public_id)
    here = places(at, agreement)
    return show_page(
        request,
        "moving/choose.html",
        status=status,
        here="subscriptions",
        agreement=agreement,
        company=company_name(subscription.connection),
        is_movable=bool(here),
        methods=methods_for(merchant=at.merchant, agreement=subscription) if here else [],
        titles={place.connection.id: place.title for place in here},
        places=[place for place in here if place.can_add],
        error=error,
        now=at.now,
    )


def _preview(request: HttpRequest, at: AtHand, agreement: Agreement, seen: MovePreview) -> HttpResponse:
    return show_page(
        request,
        "moving/preview.html",
        status=409 if seen.refusal else 200,
        here="subscriptions",
        agreement=agreement,
        seen=seen,
        terms=seen.terms,
        following=seen.terms.after_first() if seen.terms else None,
        is_at_once=seen.terms is not None and seen.terms.acts_at <= at.merchant.business_now(),
        company=company_name(seen.agreement.connection),
        now=at.now,
    )


def _state(
    request: HttpRequest,
    at: AtHand,
    agreement: Agreement,
    move: Move,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    company = company_name(move.source.connection)
    first: Payment | None = first_payment(move.target) if move.target else None
    return show_page(
        request,
        "moving/state.html",
        status=status,
        here="subscriptions",
        agreement=agreement,
        move=move,
        title=title_of(move, at.merchant),
        reason=reason_of(move, company),
        steps=steps_of(move, company, first),
        first=first,
        is_checking=is_checking(first),
        is_tried_again=is_tried_again(move),
        can_take_back=move.state in (Move.State.WAITING, Move.State.FENCING) or is_tried_again(move),
        is_open=move.state in Move.OPEN,
        company=company,
        refusal=refusal,
        now=at.now,
    )
