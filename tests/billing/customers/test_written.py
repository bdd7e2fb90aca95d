"""What a customer writes about themselves is judged by the form of their own country, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from paydesk.billing.customers.details.address_form import countries, parts_of
from paydesk.billing.customers.details.written import Written, tidied, what_is_wrong

HOME = {
    "name": "Ada Okafor",
    "country": "DE",
    "street": "Torstr. 1",
    "postal_code": "10115",
    "city": "Berlin",
}


def wrong(**given: Any) -> dict[str, str]:
    """Judge what was typed, over an address in Berlin."""
    return what_is_wrong(tidied(Written(**(HOME | given))), languages=["en", "de"])


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"city": ""}, "city"),
        ({"postal_code": "1011"}, "postal_code"),
        ({"country": ""}, "country"),
        ({"country": "XX"}, "country"),
        ({"country": "US", "region": "Bavaria", "postal_code": "95014"}, "region"),
        ({"tax_id": "DE136695977"}, "tax_id"),
        ({"tax_id": "hello"}, "tax_id"),
        ({"language": "tlh"}, "language"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"street": "1\n2\n3\n4\n5"}, "street"),
        ({"company": "x" * 201}, "company"),
    ],
)
def test_what_does_not_fit_is_named_at_its_field(given: dict[str, str], field: str) -> None:
    assert list(wrong(**given)) == [field]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"tax_id": "de 136 695 976"},
        # A company in Germany may have its number in another member state.
        {"tax_id": "ATU13585627"},
        {"country": "US", "region": "california", "postal_code": "95014", "tax_id": "04-2103594"},
        {"country": "GB", "postal_code": "ec1y 8sy", "tax_id": "GB 980 7806 84"},
        {"country": "JP", "region": "東京都", "city": "", "postal_code": "154-0023"},
        {"country": "AE", "region": "Dubai", "city": "", "postal_code": ""},
        # No form is known for this country.
        {"country": "KY", "region": "Grand Cayman", "postal_code": "KY1-1100", "tax_id": "C-12345"},
        {"street": "", "city": "", "postal_code": ""},
        {"language": "de", "time_zone": "Asia/Tokyo"},
    ],
)
def test_what_fits_is_kept(given: dict[str, str]) -> None:
    assert wrong(**given) == {}


def test_each_country_has_a_form_that_the_page_can_show() -> None:
    assert len(countries()) > 240
    for country in countries():
        names = [part.name for part in parts_of(country)]
        assert "street" in names
        assert len(names) == len(set(names))


def test_the_order_is_the_countrys_own() -> None:
    assert [part.name for part in parts_of("DE")] == ["street", "postal_code", "city"]
    assert [part.name for part in parts_of("US")] == ["street", "city", "region", "postal_code"]
    assert [part.name for part in parts_of("JP")] == ["postal_code", "region", "street"]


def test_it_is_kept_as_it_is_written_there_and_without_tricks() -> None:
    kept = tidied(
        Written(
            name="  Ada\u202e  Okafor\x00",
            country="us",
            street=" 1 Main St \r\n\r\n Floor 2",
            region="new york",
            city="New York",
            postal_code="10001",
            district="nowhere",
            tax_id=" 04-2103594 ",
        )
    )
    assert (kept.name, kept.street, kept.region) == ("Ada Okafor", "1 Main St\nFloor 2", "NY")
    # What this country's addresses do not have is not kept either.
    assert (kept.country, kept.district, kept.tax_id) == ("US", "", "04-2103594")
