"""Hand out a statement as PDF, to its own customer, by cookie or by a one-use ticket."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from paydesk.billing.receipts.printing.pdf import LettersMissing
from paydesk.billing.receipts.printing.words import words_of
from paydesk.billing.receipts.statements.paper import LAYOUT
from paydesk.billing.receipts.statements.pdf import print_statement
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.receipts.file_names import file_name
from paydesk.portal.receipts.language import paper_language
from paydesk.portal.show import show_page
from paydesk.portal.statements.wanted import no_statement, own_statement


@require_safe
@customer_page
def statement_pdf(request: HttpRequest, at: AtHand, year: str) -> HttpResponse:
    """Print it, as the books stand now."""
    found = own_statement(at, year)
    if found is None:
        return no_statement(request)
    language = paper_language(request, at, LAYOUT)
    try:
        printed = print_statement(found, merchant_id=at.merchant.id, language=language)
    except LettersMissing as missing:
        return show_page(
            request,
            "refusal.html",
            status=409,
            title=_("This PDF cannot be made yet"),
            words=_(
                "The portal of %(merchant)s cannot print these letters yet: %(letters)s. "
                "The statement’s page shows everything; you can print it from your browser."
            )
            % {"merchant": at.merchant.name, "letters": missing.letters[:20]},
        )
    named = file_name(found.seller, f"{words_of(LAYOUT, language)['statement']} {year}")
    response = HttpResponse(printed, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, named)
    return response
