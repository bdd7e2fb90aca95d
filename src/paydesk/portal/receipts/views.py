"""Show the receipt of a paid payment and the notes that follow it, word for word as they were issued."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from paydesk.billing.payments.models import Payment
from paydesk.billing.receipts.documents import DocumentsSilent, documents_of
from paydesk.billing.receipts.issue import Issued, ReceiptRefused, issue_receipt
from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.printing.pdf import missing_letters
from paydesk.kit import clock
from paydesk.notices.send_receipt import letter_of
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.reads.one_payment import PaymentFacts, whole_payment
from paydesk.portal.reads.one_receipt import own_bill_that_took
from paydesk.portal.receipts.language import paper_language
from paydesk.portal.receipts.words import document_word, full_day, note_word, payer_of, sum_rows
from paydesk.portal.show import show_page


@require_safe
@customer_page
def receipt(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Issue the receipt on the first look, and show the same one ever after."""
    found = whole_payment(**at.ids, public_id=public_id)
    if found is None:
        return _to_its_bill(at, public_id)
    payment = found.facts
    try:
        issued = issue_receipt(merchant=at.merchant, payment_id=payment.id, now=clock.wall_now())
    except ReceiptRefused as refused:
        return show_page(
            request,
            "receipt_refused.html",
            status=409,
            here="history",
            payment=payment,
            words=str(refused),
            parts=refused.parts,
            note_word=note_word,
            full_day=full_day,
        )
    return show_receipt(request, at, payment, issued)


def show_receipt(
    request: HttpRequest,
    at: AtHand,
    payment: PaymentFacts,
    issued: Issued,
    *,
    replaced: Receipt | None = None,
) -> HttpResponse:
    """Show the receipt that counts, or one whose place it took: `replaced`."""
    shown = replaced or issued.receipt
    said = shown.snapshot
    return show_page(
        request,
        "receipt.html",
        here="history",
        payment=payment,
        receipt=shown,
        letter=letter_of(**at.ids, receipt=issued.receipt, public_id=request.GET.get("letter", "")),
        successor=issued.receipt if replaced else None,
        before=[] if replaced else issued.replaced,
        is_corrected="corrected" in request.GET,
        notes=[] if replaced else issued.notes,
        said=said,
        paid_at=_moment(said["happened_at"]),
        parts=[(part, _moment(part["paid_at"])) for part in said["paid_with"]],
        sums=sum_rows(said),
        note_word=note_word,
        full_day=full_day,
        payer=payer_of(said),
        missing=missing_letters(shown, language=paper_language(request, at, said["layout"])),
    )


@require_safe
@customer_page
def documents(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Ask the company for its own papers of a payment, and show the links: nobody is sent anywhere unasked."""
    words, links = "", []
    try:
        links = list(
            documents_of(
                merchant=at.merchant,
                customer_id=at.customer.customer_id,
                payment_public_id=public_id,
                is_loopback=settings.IS_LOOPBACK,
            )
        )
    except Payment.DoesNotExist:
        raise Http404 from None
    except DocumentsSilent as silent:
        words = str(silent)
    return show_page(
        request,
        "documents.html",
        status=503 if words else 200,
        here="history",
        payment_public_id=public_id,
        links=links,
        document_word=document_word,
        words=words,
    )


def _to_its_bill(at: AtHand, public_id: str) -> HttpResponse:
    """A charge that a bill has taken over is proved there, under the address that the customer may have kept."""
    bill = own_bill_that_took(**at.ids, public_id=public_id)
    if bill is None:
        raise Http404
    return HttpResponseRedirect(reverse("receipt", args=[bill.public_id]))


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
