"""Check the form of a tax ID: its length, its letters and its check digits. Whether it is anybody's is not asked."""

from __future__ import annotations

import re

from stdnum import get_cc_module
from stdnum.eu import vat as european

LENGTH_MAX = 40
#: What else a country's companies are known by, besides what the library calls `vat`.
_FURTHER = {"US": ("ein",), "BR": ("cpf",), "ZA": ("tin",), "UA": ("edrpou",)}
#: Where no form is known: letters and digits, with what people put between them.
_ANYTHING = re.compile(r"(?=.*\d)[A-Z0-9](?:[A-Z0-9 ./-]*[A-Z0-9])?")


def tax_id_as_kept(text: str) -> str:
    """Give a tax ID in capitals with single spaces; otherwise as it was typed, since that is how its owner knows it."""
    return re.sub(r"\s+", " ", text).strip().upper()


def fits(tax_id: str, country: str) -> bool:
    """Say whether a tax ID may be one of this country, or of a member of the European Union: those travel."""
    if len(tax_id) > LENGTH_MAX or not _ANYTHING.fullmatch(tax_id):
        return False
    forms = [get_cc_module(country.lower(), name) for name in ("vat", *_FURTHER.get(country, ()))]
    known = [form for form in forms if form is not None]
    return not known or european.is_valid(tax_id) or any(form.is_valid(tax_id) for form in known)
