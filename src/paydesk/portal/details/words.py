"""Name the parts of an address as its country does, and list countries, languages and zones to choose from."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from django.conf import settings
from django.utils.translation import gettext as _

from paydesk.billing.customers.details.address_form import Part, countries
from paydesk.billing.customers.details.time_zones import time_zones
from paydesk.kit.language import country_name
from paydesk.portal.words.reader import reader

Choice = tuple[str, str]

_WORDS: dict[str, Callable[[], str]] = {
    "street": lambda: _("Street and house number"),
    "city": lambda: _("City"),
    "post_town": lambda: _("Town"),
    "suburb": lambda: _("Suburb"),
    "neighborhood": lambda: _("Neighbourhood"),
    "townland": lambda: _("Townland"),
    "village_township": lambda: _("Village"),
    "district": lambda: _("District"),
    "state": lambda: _("State"),
    "province": lambda: _("Province"),
    "prefecture": lambda: _("Prefecture"),
    "county": lambda: _("County"),
    "emirate": lambda: _("Emirate"),
    "department": lambda: _("Department"),
    "island": lambda: _("Island"),
    "parish": lambda: _("Parish"),
    "oblast": lambda: _("Oblast"),
    "do_si": lambda: _("Province or city"),
    "area": lambda: _("Area"),
    "postal": lambda: _("Postal code"),
    "zip": lambda: _("ZIP code"),
    "eircode": lambda: _("Eircode"),
    "pin": lambda: _("PIN code"),
}
#: By the part: what browsers know it as.
AUTOCOMPLETE = {
    "street": "street-address",
    "district": "address-level3",
    "city": "address-level2",
    "region": "address-level1",
    "postal_code": "postal-code",
}


def part_word(part: Part) -> str:
    """Name a part of an address; what a country has no word of its own for is named by what it is."""
    fallback = {"region": "area", "postal_code": "postal"}.get(part.name, part.name)
    return _WORDS.get(part.word, _WORDS[fallback])()


def country_choices() -> list[Choice]:
    """List all countries by name."""
    language = reader().language
    return sorted(
        ((code, country_name(code, language)) for code in countries()), key=lambda row: row[1].casefold()
    )


def language_choices(chosen: str) -> list[Choice]:
    """List the languages of the portal, each by its own name; one that was chosen elsewhere stays in the list."""
    known = dict(settings.LANGUAGES)
    return [*known.items(), *([] if not chosen or chosen in known else [(chosen, chosen)])]


def zone_choices() -> list[tuple[str, list[Choice]]]:
    """List the zones under their part of the world: Berlin under Europe."""
    return [
        (area, [(zone, _place(zone)) for zone in zones])
        for area, zones in groupby(time_zones(), key=lambda zone: zone.partition("/")[0])
    ]


def _place(zone: str) -> str:
    return zone.partition("/")[2].replace("_", " ").replace("/", ", ")
