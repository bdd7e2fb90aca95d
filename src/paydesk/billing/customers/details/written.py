"""Judge what a customer wrote about themselves: field by field, in words that stand beside it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

from django.utils.translation import gettext as _

from paydesk.billing.customers.details import address_form, tax_id
from paydesk.billing.customers.details.time_zones import time_zones

_LINES_MAX = 4
_LENGTHS = {
    "name": 200,
    "company": 200,
    "street": 500,
    "district": 100,
    "city": 100,
    "region": 100,
    "postal_code": 20,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What is written of a customer. `street` may have several lines; an empty `language` or zone is no choice."""

    name: str = ""
    company: str = ""
    country: str = ""
    street: str = ""
    district: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    tax_id: str = ""
    language: str = ""
    time_zone: str = ""

    @property
    def has_address(self) -> bool:
        """Say whether any part of an address is there; the country alone is none."""
        return any(getattr(self, part) for part in address_form.PARTS)


def tidied(written: Written) -> Written:
    """Give it without needless spaces and unprintable letters, in the form in which it is kept."""
    clean = {each.name: _clean(getattr(written, each.name)) for each in fields(written)}
    lines = [_clean(line) for line in written.street.splitlines()]
    clean["street"] = "\n".join(line for line in lines if line)
    clean["tax_id"] = tax_id.tax_id_as_kept(written.tax_id)
    country = clean["country"] = clean["country"].upper()
    if country in address_form.countries():
        own = {part.name for part in address_form.parts_of(country)}
        for part in address_form.PARTS:
            kept = address_form.as_written_there(country, part, clean[part]) if part in own else ""
            clean[part] = kept
    return replace(written, **clean)


def what_is_wrong(written: Written, *, languages: Sequence[str]) -> dict[str, str]:
    """Give the sentence for each field that cannot be kept; empty when all can. Takes what is tidied."""
    wrong = dict(_too_long(written))
    if not written.name:
        wrong["name"] = _("Fill in your name.")
    if written.language and written.language not in languages:
        wrong["language"] = _("Choose a language from the list.")
    if written.time_zone and written.time_zone not in time_zones():
        wrong["time_zone"] = _("Choose a time zone from the list.")
    return {**_wrong_address(written), **wrong}


def _wrong_address(written: Written) -> dict[str, str]:
    if not (written.has_address or written.country or written.tax_id):
        return {}
    if written.country not in address_form.countries():
        return {"country": _("Choose a country from the list.")}
    wrong = {}
    if written.has_address:
        parts = {part.name: part for part in address_form.parts_of(written.country)}
        given = {part: getattr(written, part) for part in address_form.PARTS}
        for name, why in address_form.wrong_parts(written.country, given).items():
            wrong[name] = _sentence(parts[name], why)
    if written.tax_id and not tax_id.fits(written.tax_id, written.country):
        wrong["tax_id"] = _(
            "A tax ID of this country looks different. Look at it again, or leave this empty."
        )
    return wrong


def _sentence(part: address_form.Part, why: str) -> str:
    if part.name == "postal_code" and why == "invalid" and part.example:
        return _("A postal code of this country looks different: such as %(example)s.") % {
            "example": part.example
        }
    if why == "required":
        return _("An address in this country needs this.")
    return _("This does not fit this country.")


def _too_long(written: Written) -> Iterator[tuple[str, str]]:
    for name, length in _LENGTHS.items():
        if len(getattr(written, name)) > length:
            yield name, _("This is too long: %(most)s letters at the most.") % {"most": length}
    if written.street.count("\n") >= _LINES_MAX:
        yield "street", _("This is too long: four lines at the most.")


def _clean(text: str) -> str:
    """Control characters and the marks that turn a text around have no place in a name on a paper."""
    kept = "".join(
        " " if letter.isspace() else letter
        for letter in unicodedata.normalize("NFC", text)
        if letter.isspace() or unicodedata.category(letter) not in {"Cc", "Cs", "Co", "Cn"}
        if letter not in _TURNING
    )
    return " ".join(kept.split())


_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
