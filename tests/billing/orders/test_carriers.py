"""A known carrier has a page for each number; an unknown one has none, and no number leads astray."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from paydesk.billing.orders.shipments.carriers import CARRIERS, carrier_name, tracking_page
from paydesk.billing.orders.shipments.facts import is_safe_link

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("written", ["Royal Mail", "ROYAL-MAIL", "royalmail", " Royal mail"])
def test_capitals_and_spaces_do_not_matter(written: str) -> None:
    assert tracking_page(written, "AB 123 456 789 GB").endswith("/AB123456789GB")
    assert carrier_name(written) == "Royal Mail"


def test_an_unknown_carrier_keeps_its_name_and_has_no_page() -> None:
    assert carrier_name("Valley Couriers") == "Valley Couriers"
    assert tracking_page("Valley Couriers", "123456") == ""
    assert tracking_page("", "123456") == ""


@pytest.mark.parametrize(
    "number", ["", "12", "1234&x=1", "../1234", "1234#a", "1234?", "x" * 60, "１２３４５"]
)
def test_what_is_no_number_leads_nowhere(number: str) -> None:
    assert tracking_page("DHL", number) == ""


def test_every_page_is_https_and_the_number_stands_in_it_once() -> None:
    for name, carrier in CARRIERS.items():
        page = tracking_page(name, "AB/12-3")
        assert page.count("AB%2F12-3") == 1, name
        assert is_safe_link(page)
        assert urlsplit(page).hostname == urlsplit(carrier.page).hostname


def test_every_carrier_stands_in_the_documentation() -> None:
    page = re.sub(r"\s+", " ", (DOCS / "shipments-csv.md").read_text())
    assert [one.name for one in CARRIERS.values() if one.name.removesuffix(" Transport") not in page] == []


@pytest.mark.parametrize(
    "link",
    [
        "http://example.com/a",
        "https://",
        "https://localhost/a",
        "//example.com",
        "ftp://example.com/a",
        "https://a b.com",
        "https://example.com/\u202egnp",
        "https://[::1",
    ],
)
def test_an_unsafe_link_is_none(link: str) -> None:
    assert not is_safe_link(link)
