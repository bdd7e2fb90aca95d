"""Hand out a receipt or a note as PDF, to its own customer, by cookie or by a one-use ticket."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.printing.pdf import LettersMissing, print_receipt
from paydesk.billing.receipts.printing.words import words_of
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.reads.one_receipt import own_receipt
from paydesk.portal.receipts.file_names import file_name
from paydesk.portal.receipts.language import paper_language
from paydesk.portal.show import show_page


@require_safe
@customer_page
def receipt_pdf(request: HttpRequest, at: AtHand, public_id: str) -> HttpResponse:
    """Print it. The same receipt in the same language is the same bytes."""
    found = own_receipt(**at.ids, public_id=public_id)
    if found is None:
        raise Http404
    language = paper_language(request, at, found.snapshot["layout"])
    try:
        printed = print_receipt(found, language=language)
    except LettersMissing as missing:
        return show_page(
            request,
            "refusal.html",
            status=409,
            title=_("This PDF cannot be made yet"),
            words=_(
                "The portal of %(merchant)s cannot print these letters yet: %(letters)s. "
                "The receipt’s page shows everything; you can print it from your browser."
            )
            % {"merchant": at.merchant.name, "letters": missing.letters[:20]},
        )
    response = HttpResponse(printed, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, _named(found, language))
    return response


def _named(receipt: Receipt, language: str) -> str:
    word = words_of(receipt.snapshot["layout"], language)[receipt.kind]
    return file_name(receipt.snapshot["seller"], f"{word} {receipt.number}")
