"""Show a quote: what is paid, the exact amount, until when it holds; the press that moves money once; the way back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from paydesk.billing.arrangements.models import Quote
from paydesk.billing.arrangements.pay_together import pay_quote
from paydesk.billing.arrangements.quotes import get_quote, payments_of_quote, refusal_to_pay
from paydesk.billing.payments.choices import usable_methods
from paydesk.billing.payments.models import Payment
from paydesk.billing.payments.refused import RetryRefused
from paydesk.billing.payments.settle import look_up_attempt
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.reads.one_payment import whole_payment
from paydesk.portal.show import show_page


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One of the payments, as it was quoted."""

    public_id: str
    title: str
    place: int | None
    total: int | None
    day: date | None
    owed_minor: int
    waived_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """What of a plan is still to be paid after it."""

    count: int
    amount_minor: int


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def quote(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Say what a press would do; on the press do it once and show the payment as it then stands."""
    found = _quote_or_404(at, public_id)
    if request.method != "POST":
        return _to_payment(found.covering) if found.covering else _page(request, at, found)
    chosen = request.POST.get("method", "")
    try:
        pay_quote(
            merchant=at.merchant,
            customer_id=at.customer.customer_id,
            quote_public_id=public_id,
            method_public_id=chosen,
            return_url=at.absolute("quote_return", public_id),
            now=clock.wall_now(),
        )
    except RetryRefused as refused:
        return _page(request, at, _quote_or_404(at, public_id), chosen=chosen, error=str(refused))
    return _to_payment(_quote_or_404(at, public_id).covering)


@require_safe
@customer_page
def come_back(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Look the payment up when the customer comes back from their bank: nothing that the address says is believed."""
    covering = _quote_or_404(at, public_id).covering
    found = whole_payment(**at.ids, public_id=covering.public_id) if covering else None
    if found is None:
        raise Http404
    if found.waiting is not None:
        # A company that was taken out meanwhile cannot be asked; the payment's page says how it stands.
        with suppress(GatewayMissing):
            look_up_attempt(merchant=at.merchant, attempt_id=found.waiting.id, now=clock.wall_now())
    return _to_payment(covering)


def to_quote(made: Quote) -> HttpResponse:
    """Lead to a quote that was just made."""
    return HttpResponseRedirect(reverse("quote", args=[made.public_id]), status=303)


def _page(
    request: HttpRequest, at: AtHand, found: Quote, *, chosen: str = "", error: str = ""
) -> HttpResponse:
    payments = payments_of_quote(found)
    agreement = payments[0].subscription if found.subscription_id else None
    methods = usable_methods(payments[0])
    ids = [method.public_id for method in methods]
    return show_page(
        request,
        "quotes/quote.html",
        status=409 if error else 200,
        here="subscriptions",
        quote=found,
        lines=_lines(found, payments),
        agreement=agreement,
        left=_left(found, agreement),
        ended=refusal_to_pay(quote=found, payments=payments, now=clock.wall_now()),
        is_expired=clock.wall_now() >= found.expires_at,
        waives=at.merchant.policies.pay_off_waives_fee,
        methods=methods,
        chosen=chosen if chosen in ids else next(iter(ids), ""),
        error=error,
        now=at.now,
    )


def _lines(found: Quote, payments: Sequence[Payment]) -> list[Line]:
    by_id = {one.public_id: one for one in payments}
    return [_line(kept, by_id[kept["payment"]]) for kept in found.lines]


def _line(kept: dict[str, str | int], payment: Payment) -> Line:
    due_date = str(kept["due_date"])
    return Line(
        public_id=payment.public_id,
        title=payment.title,
        place=payment.position,
        total=payment.subscription.payments_total if payment.subscription else None,
        day=date.fromisoformat(due_date) if due_date else None,
        owed_minor=int(kept["owed_minor"]),
        waived_minor=int(kept["waived_minor"]),
    )


def _left(found: Quote, agreement: Subscription | None) -> Left:
    if agreement is None or agreement.total_minor is None or agreement.payments_total is None:
        return Left(count=0, amount_minor=0)
    owed_minor = agreement.total_minor - agreement.waived_minor - agreement.paid_minor
    return Left(
        count=agreement.payments_total - agreement.payments_made - len(found.lines),
        amount_minor=owed_minor - found.owed_minor,
    )


def _quote_or_404(at: AtHand, public_id: str) -> Quote:
    try:
        return get_quote(at.merchant.id, at.customer.customer_id, public_id)
    except Quote.DoesNotExist as unknown:
        raise Http404 from unknown


def _to_payment(covering: Payment | None) -> HttpResponse:
    if covering is None:
        raise Http404
    return HttpResponseRedirect(reverse("payment", args=[covering.public_id]), status=303)
