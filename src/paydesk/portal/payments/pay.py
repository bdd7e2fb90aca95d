"""Pay a payment that failed: the page that says what will happen, the press that moves money once, the way back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.choices import RetryChoices, retry_choices
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.refused import RetryRefused
from paydesk.billing.payments.retry import retry_payment
from paydesk.billing.payments.settle import look_up_attempt
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.reads.one_payment import whole_payment
from paydesk.portal.show import show_page


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def pay(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Say what a press would do; on the press do it once and show the payment as it then stands."""
    if request.method != "POST":
        return pay_page(request, at, choices_or_404(at, public_id))
    chosen = request.POST.get("method", "")
    try:
        retry_payment(
            merchant=at.merchant,
            customer_id=at.customer.customer_id,
            payment_public_id=public_id,
            method_public_id=chosen,
            asked_by=Attempt.AskedBy.CUSTOMER,
            return_url=at.absolute("payment_return", public_id),
            now=clock.wall_now(),
        )
    except Payment.DoesNotExist as unknown:
        raise Http404 from unknown
    except RetryRefused as refused:
        return pay_page(
            request, at, choices_or_404(at, public_id), chosen=chosen, error=str(refused), status=409
        )
    return _to_payment(public_id)


@require_safe
@customer_page
def come_back(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Look the payment up when the customer comes back from their bank: nothing that the address says is believed."""
    found = whole_payment(**at.ids, public_id=public_id)
    if found is None:
        raise Http404
    if found.waiting is not None:
        # A company that was taken out meanwhile cannot be asked; the payment's page says how it stands.
        with suppress(GatewayMissing):
            look_up_attempt(merchant=at.merchant, attempt_id=found.waiting.id, now=clock.wall_now())
    return _to_payment(public_id)


def pay_page(
    request: HttpRequest,
    at: AtHand,
    choices: RetryChoices,
    *,
    chosen: str = "",
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show the pay page. What was chosen stays chosen when it is shown again with a refusal."""
    return show_page(
        request,
        "pay.html",
        status=status,
        here="history",
        payment=choices.payment,
        refusal=choices.refusal,
        methods=choices.methods,
        chosen=_preselected(choices.methods, chosen, wants_another=request.GET.get("card") == "another"),
        wants_another=request.GET.get("card") == "another",
        can_add_method=choices.can_add_method,
        waiting=choices.open_attempt,
        error=error,
        now=at.now,
    )


def choices_or_404(at: AtHand, public_id: str) -> RetryChoices:
    """Say how a payment of the customer's own may be paid; one that is not theirs is not there."""
    try:
        return retry_choices(
            merchant=at.merchant, customer_id=at.customer.customer_id, payment_public_id=public_id
        )
    except Payment.DoesNotExist as unknown:
        raise Http404 from unknown


def _preselected(methods: Sequence[PaymentMethod], chosen: str, *, wants_another: bool) -> str:
    """Keep what was chosen; else the first, which is the default, or the one after it for who wants another."""
    ids = [method.public_id for method in methods]
    if chosen in ids:
        return chosen
    return next(iter(ids[1:] if wants_another and len(ids) > 1 else ids), "")


def _to_payment(public_id: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("payment", args=[public_id]), status=303)
