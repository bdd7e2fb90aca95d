"""Enter a card, choose what it shall pay, and take the press that saves it and pays what is overdue."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from paydesk.billing.arrangements.switch_method import SwitchRefused
from paydesk.billing.payment_methods.models import MethodSetup, PaymentMethod
from paydesk.billing.payment_methods.set_up import (
    BegunSetup,
    SetupRefused,
    finish_method_setup,
    go_on_with_setup,
)
from paydesk.billing.payments.choices import retry_choices
from paydesk.billing.payments.models import Payment
from paydesk.billing.payments.refused import no_answer
from paydesk.gateways.contract import Capability, GatewayRefused, GatewayUnreachable
from paydesk.kit import clock
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.methods.choice import Asked, Choice, choice_of, read_asked
from paydesk.portal.methods.find import account_of_record
from paydesk.portal.methods.press import take_press
from paydesk.portal.payments.pay import choices_or_404, pay_page
from paydesk.portal.setups.begin import begin_setup, leave, way_back
from paydesk.portal.setups.hosted import allow_origins
from paydesk.portal.setups.stopped import stopped
from paydesk.portal.show import show_page

_CHOOSING = {Capability.SET_DEFAULT_METHOD, Capability.SET_SUBSCRIPTION_METHOD}


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def begin(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Begin a set-up for a payment. A page that is loaded again goes back to where it began: a GET begins nothing."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("payment_pay", args=[public_id]))
    choices = choices_or_404(at, public_id)
    return begin_setup(
        request,
        at,
        owner_id=choices.payment.gateway_customer_id,
        payment=public_id,
        on_trouble=lambda words, status: pay_page(request, at, choices, error=words, status=status),
    )


@require_safe
@customer_page
def enter(request: HttpRequest, at: AtHand, setup_id: str) -> HttpResponse:
    """Show the company's fields with the choice beside them; loading it again goes on with the same set-up."""
    setup = _setup_or_404(at, setup_id)
    if setup.state == MethodSetup.State.FINISHED:
        return HttpResponseRedirect(reverse("setup_done", args=[setup_id]))
    if setup.state == MethodSetup.State.REFUSED:
        return stopped(request, setup, setup.refusal, status=409)
    try:
        begun = go_on_with_setup(
            merchant=at.merchant,
            customer_id=at.customer.customer_id,
            setup_public_id=setup_id,
            return_url_of=lambda same: at.absolute("setup_done", same),
            now=clock.wall_now(),
        )
    except SetupRefused as refused:
        return stopped(request, setup, str(refused), status=409)
    except GatewayUnreachable:
        return stopped(request, setup, no_answer(), status=502, again=reverse("setup", args=[setup_id]))
    return _entering(request, at, setup, begun)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def done(request: HttpRequest, at: AtHand, setup_id: str) -> HttpResponse:
    """Take the new card over and show what it can pay; on the press let it pay that."""
    asked = read_asked(request.POST) if request.method == "POST" else None
    setup = _setup_or_404(at, setup_id)
    try:
        finish_method_setup(
            merchant=at.merchant, customer_id=at.customer.customer_id, setup_public_id=setup_id
        )
    except SetupRefused as refused:
        return stopped(request, setup, str(refused), status=409)
    except GatewayUnreachable:
        return stopped(request, setup, no_answer(), status=502, again=request.path, pressed=asked)
    except GatewayRefused:
        words = _("The payment company does not show us your card right now. Please write to us.")
        return stopped(request, setup, words, status=409, again=request.path, pressed=asked)
    setup = _setup_or_404(at, setup_id)
    if setup.state == MethodSetup.State.REFUSED:
        return stopped(request, setup, setup.refusal, status=409)
    if setup.method is None:
        return _not_entered(request, setup, asked)
    if setup.method.removed_at is not None:
        return HttpResponseRedirect(reverse("methods"), status=303)
    if setup.subscription_public_id:
        chosen = urlencode({"method": setup.method.public_id})
        return HttpResponseRedirect(f"{way_back('', setup.subscription_public_id)}?{chosen}", status=303)
    return _saved(request, at, setup, setup.method, asked)


def _entering(request: HttpRequest, at: AtHand, setup: MethodSetup, begun: BegunSetup) -> HttpResponse:
    if begun.fields is None:
        return leave(
            request, begun.page_url, back=way_back(setup.payment_public_id, setup.subscription_public_id)
        )
    response = show_page(
        request,
        "setups/fields.html",
        here="methods",
        choice=_choice(at, setup, None, None),
        fields=begun.fields,
        done=reverse("setup_done", args=[setup.public_id]),
        back_to=way_back(setup.payment_public_id, setup.subscription_public_id),
        is_for_payment=bool(setup.payment_public_id),
        now=at.now,
    )
    return allow_origins(response, begun.fields)


def _not_entered(request: HttpRequest, setup: MethodSetup, asked: Asked | None) -> HttpResponse:
    """Who came back without entering a card goes back to where it began; who pressed, or was refused, is told."""
    if asked is None and not setup.refusal:
        return HttpResponseRedirect(way_back(setup.payment_public_id, setup.subscription_public_id))
    again = reverse("setup", args=[setup.public_id])
    return stopped(request, setup, setup.refusal, status=409, again=again)


def _saved(
    request: HttpRequest, at: AtHand, setup: MethodSetup, method: PaymentMethod, asked: Asked | None
) -> HttpResponse:
    error = ""
    if asked is not None:
        try:
            return take_press(at, method=method, asked=asked, replaced=setup.replaces)
        except SwitchRefused as refused:
            error = str(refused)
    return show_page(
        request,
        "methods/choose.html",
        status=409 if error else 200,
        here="methods",
        choice=_choice(at, setup, method, asked),
        is_new=True,
        action=request.path,
        error=error,
        now=at.now,
    )


def _choice(at: AtHand, setup: MethodSetup, method: PaymentMethod | None, asked: Asked | None) -> Choice:
    account = account_of_record(at, setup.gateway_customer_id)
    if setup.subscription_public_id:
        # What it shall pay is known, and is at another company still.
        account = replace(account, agreements=(), overdue=(), offered=account.offered - _CHOOSING)
    return choice_of(
        account,
        method,
        is_new=True,
        asked=asked,
        payment=_payment(at, setup.payment_public_id),
        replaced=setup.replaces,
    )


def _payment(at: AtHand, public_id: str) -> Payment | None:
    """Give the payment that the customer came from, if it can still be paid."""
    if not public_id:
        return None
    try:
        choices = retry_choices(
            merchant=at.merchant, customer_id=at.customer.customer_id, payment_public_id=public_id
        )
    except Payment.DoesNotExist:
        return None
    return None if choices.refusal else choices.payment


def _setup_or_404(at: AtHand, public_id: str) -> MethodSetup:
    mine = MethodSetup.objects.select_related("replaces", "gateway_customer", "method")
    try:
        return mine.get(**at.ids, public_id=public_id)
    except MethodSetup.DoesNotExist as unknown:
        raise Http404 from unknown
