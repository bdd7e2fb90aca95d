"""Name the method of a payment in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext

from paydesk.kit.brands import brand_name


def brand_word(brand: str | None) -> str:
    """Give the name for a company's word such as `visa` or `amex`; without one it is a card."""
    return brand_name(brand or "") or gettext("Card")
