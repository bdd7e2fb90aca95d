"""Choose the language of a printed paper: the customer's own, else the browser's; paper speaks more than pages do."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from paydesk.billing.receipts.printing.words import language_for
from paydesk.portal.door import AtHand


def paper_language(request: HttpRequest, at: AtHand, layout: int | str) -> str:
    """Give the language in which this customer gets a paper of this layout now."""
    return language_for(layout, *wishes_of(request, at))


def wishes_of(request: HttpRequest, at: AtHand) -> tuple[str, ...]:
    """Give the languages that would do, the best first."""
    accepted = [
        language for language, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    ]
    return (at.customer.language, *accepted, translation.get_language() or "", at.merchant.language)
