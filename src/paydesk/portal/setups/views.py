"""Begin to enter a new card for a payment, and take it over when the customer comes back."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from paydesk.billing.payment_methods.models import MethodSetup
from paydesk.billing.payment_methods.set_up import (
    BegunSetup,
    SetupRefused,
    begin_method_setup,
    finish_method_setup,
)
from paydesk.billing.payments.choices import RetryChoices
from paydesk.gateways.contract import GatewayUnreachable
from paydesk.kit import clock
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.payments.pay import choices_or_404, pay_page
from paydesk.portal.setups.hosted import allow_origins
from paydesk.portal.show import show_page


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def begin(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Begin a set-up. A page that is loaded again goes back to where the set-up began: a GET begins nothing."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("payment_pay", args=[public_id]))
    choices = choices_or_404(at, public_id)
    try:
        begun = begin_method_setup(
            merchant=at.merchant,
            customer_id=at.customer.customer_id,
            gateway_customer_id=choices.payment.gateway_customer_id,
            payment_public_id=public_id,
            return_url_of=lambda setup_id: at.absolute("setup_done", setup_id),
            now=clock.wall_now(),
        )
    except SetupRefused as refused:
        return pay_page(request, at, choices, error=str(refused), status=409)
    except GatewayUnreachable:
        return pay_page(request, at, choices, error=_no_answer(), status=502)
    return _go_on(request, choices, begun)


@require_safe
@customer_page
def done(request: HttpRequest, at: AtHand, setup_id: str) -> HttpResponse:
    """Take the new card over, then back to the payment with the card chosen: one more press pays."""
    try:
        setup = finish_method_setup(
            merchant=at.merchant, customer_id=at.customer.customer_id, setup_public_id=setup_id
        )
    except MethodSetup.DoesNotExist as unknown:
        raise Http404 from unknown
    except SetupRefused as refused:
        return _stopped(request, str(refused), setup_id, status=409)
    except GatewayUnreachable:
        return _stopped(request, _no_answer(), setup_id, status=502)
    if setup.state == MethodSetup.State.FINISHED and setup.method is not None:
        return _back(setup, {"method": setup.method.public_id, "new": "1"})
    if setup.state == MethodSetup.State.REFUSED:
        return _stopped(request, setup.refusal, setup_id, status=409, payment_id=setup.payment_public_id)
    return _back(setup, {})


def _go_on(request: HttpRequest, choices: RetryChoices, begun: BegunSetup) -> HttpResponse:
    """To the company's page by a page of ours: a form's answer may not redirect to another host (form-action)."""
    if begun.fields is None:
        return show_page(request, "setup_leave.html", payment=choices.payment, address=begun.page_url)
    response = show_page(
        request,
        "setup_fields.html",
        payment=choices.payment,
        fields=begun.fields,
        done=reverse("setup_done", args=[begun.public_id]),
    )
    return allow_origins(response, begun.fields)


def _back(setup: MethodSetup, query: dict[str, str]) -> HttpResponse:
    if not setup.payment_public_id:
        return HttpResponseRedirect(reverse("methods"))
    address = reverse("payment_pay", args=[setup.payment_public_id])
    return HttpResponseRedirect(f"{address}?{urlencode(query)}" if query else address)


def _stopped(
    request: HttpRequest, words: str, setup_id: str, *, status: int, payment_id: str = ""
) -> HttpResponse:
    return show_page(
        request, "setup_stopped.html", status=status, words=words, setup_id=setup_id, payment_id=payment_id
    )


def _no_answer() -> str:
    return _(
        "The payment company does not answer right now. Nothing was charged. Try again in a few minutes."
    )
