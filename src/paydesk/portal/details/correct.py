"""Correct whom a receipt is made out to: what it says, what it would say, and the press; and look at a replaced one."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from paydesk.billing.payments.models import Payment
from paydesk.billing.receipts.correct import CorrectionRefused, correct_receipt, look_at_correction
from paydesk.billing.receipts.issue import issue_receipt
from paydesk.billing.receipts.models import Receipt
from paydesk.kit import clock
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.reads.one_payment import whole_payment
from paydesk.portal.reads.one_receipt import own_receipt
from paydesk.portal.receipts.views import show_receipt
from paydesk.portal.receipts.words import payer_of
from paydesk.portal.show import show_page


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def correct(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Show both, or make the corrected receipt and show it."""
    try:
        if request.method != "POST":
            return _page(request, at, public_id)
        correct_receipt(
            merchant=at.merchant,
            customer_id=at.customer.customer_id,
            payment_public_id=public_id,
            seen_number=_number(request.POST.get("number", "")),
            now=clock.wall_now(),
        )
    except Payment.DoesNotExist:
        raise Http404 from None
    except CorrectionRefused as refused:
        return _page(request, at, public_id, refusal=str(refused))
    return HttpResponseRedirect(reverse("receipt", args=[public_id]) + "?corrected", status=303)


@require_safe
@customer_page
def replaced(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Show a receipt that another one took the place of, as it was issued; one that counts stands at its payment."""
    found = own_receipt(**at.ids, public_id=public_id)
    if found is None or found.kind != Receipt.Kind.RECEIPT:
        raise Http404
    payment = whole_payment(**at.ids, public_id=found.payment.public_id)
    if payment is None:
        raise Http404
    issued = issue_receipt(merchant=at.merchant, payment_id=payment.facts.id, now=clock.wall_now())
    if found.number not in [row.number for row in issued.replaced]:
        return HttpResponseRedirect(reverse("receipt", args=[payment.facts.public_id]))
    return show_receipt(request, at, payment.facts, issued, replaced=found)


def _page(request: HttpRequest, at: AtHand, public_id: str, *, refusal: str = "") -> HttpResponse:
    found = look_at_correction(
        merchant=at.merchant, customer_id=at.customer.customer_id, payment_public_id=public_id
    )
    return show_page(
        request,
        "details/correct.html",
        status=409 if refusal else 200,
        here="history",
        payment_public_id=public_id,
        receipt=found.receipt,
        now_said=payer_of(found.receipt.snapshot),
        would_say=payer_of(found.said),
        refusal=refusal or found.refusal,
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1
