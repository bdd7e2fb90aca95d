"""Choose the language of a page: the customer's own, else the browser's, else the merchant's."""

from __future__ import annotations

from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from paydesk.access.visitor import Visitor
from paydesk.merchants.find import MerchantInSight


class LanguageMiddleware(LocaleMiddleware):
    """Before anybody is known: as the browser says; the merchant's where it says nothing that we speak."""

    def process_request(self, request: HttpRequest) -> None:
        """Let the language speak while this request is answered."""
        super().process_request(request)
        merchant: MerchantInSight | None = getattr(request, "merchant", None)
        wanted = request.headers.get("Accept-Language", "")
        if merchant is None or any(spoken(name) for name, _ in parse_accept_lang_header(wanted)):
            return
        translation.activate(spoken(merchant.language) or translation.get_language() or "en")


def speak_to(who: Visitor) -> None:
    """Let the customer's own choice speak from here on; one that pages do not speak is for papers alone."""
    own = spoken(who.language) if who.language else None
    if own is not None:
        translation.activate(own)


def spoken(language: str) -> str | None:
    """Give the language of ours that this name stands for, or None."""
    try:
        return translation.get_supported_language_variant(language)
    except LookupError:
        return None
