"""All receipts of a year in one file: every paper whose money moved in it, once, and nobody else's."""

from __future__ import annotations

import re
import tracemalloc
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from pypdf import PdfReader

from paydesk.billing.customers.models import Customer
from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.printing import pdf
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from tests import books, builders
from tests.portal.reading import PORTAL, words

pytestmark = pytest.mark.django_db

YEAR = 2024
ADDRESS = f"{PORTAL}/statements/{YEAR}/receipts.zip"


def opened(response: Any) -> ZipFile:
    """Open what was downloaded."""
    assert response.status_code == 200, response.content[:300]
    assert response["Content-Type"] == "application/zip"
    return ZipFile(BytesIO(b"".join(response.streaming_content)))


def read(archive: ZipFile, name: str) -> str:
    """Read a PDF of the archive."""
    pages = PdfReader(BytesIO(archive.read(name))).pages
    return "\n".join(page.extract_text() for page in pages).replace("\u00a0", " ")


def test_a_year_of_which_nothing_is_proved_has_none(
    browser: Client, ada: Customer, account: Connection
) -> None:
    builders.payment(builders.order(ada, account), state="failed", due_at=builders.at(YEAR, 5, 1))
    for year in (str(YEAR), "1200", "abcd", "20244"):
        response = browser.get(f"{PORTAL}/statements/{year}/receipts.zip")
        assert response.status_code == 404
        assert "There is no statement of this year" in words(response)


def test_it_holds_the_receipts_of_the_year_and_the_notes_of_the_year(
    browser: Client, ada: Customer, account: Connection
) -> None:
    order = builders.order(ada, account)
    before = books.paid(order, at=builders.at(YEAR - 1, 12, 30))
    books.refunded(before, 1000, after_days=4)
    books.paid(order, 5100, at=builders.at(YEAR, 3, 3))
    # In the merchant's zone, Berlin, it is the next year already.
    books.paid(order, 5200, at=builders.at(YEAR, 12, 31, 23))
    books.refunded(books.paid(order, 5300, at=builders.at(YEAR, 12, 30)), 100, after_days=4)

    archive = opened(browser.get(ADDRESS))

    assert archive.testzip() is None
    assert archive.namelist() == [
        f"{YEAR}-01-03 Refund 2.pdf",
        f"{YEAR}-03-03 Receipt 3.pdf",
        f"{YEAR}-12-30 Receipt 4.pdf",
    ]
    assert "EUR 51.00" in read(archive, f"{YEAR}-03-03 Receipt 3.pdf")
    assert archive.namelist() == opened(browser.get(ADDRESS)).namelist()
    assert Receipt.objects.filter(merchant_id=ada.merchant_id).count() == 5


def test_the_file_is_named_and_the_papers_are_in_the_customers_language(
    browser: Client, ada: Customer, account: Connection
) -> None:
    books.paid(builders.order(ada, account), at=builders.at(YEAR, 3, 3))
    response = browser.get(ADDRESS, headers={"Accept-Language": "de"})
    assert re.search(
        rf'filename="Harbor Coffee Roasters, TEST Belege {YEAR}.zip"', response["Content-Disposition"]
    )
    [name] = opened(response).namelist()
    assert name == f"{YEAR}-03-03 Beleg 1.pdf" or "Quittung" in name


def test_what_cannot_be_printed_is_named_and_not_left_out_in_silence(
    browser: Client, ada: Customer, account: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = builders.order(ada, account)
    for month in (3, 4):
        books.paid(order, at=builders.at(YEAR, month, 3))
    books.paid(builders.order(ada, account, "Bowl ☃"), at=builders.at(YEAR, 5, 3))
    monkeypatch.setattr(pdf, "undrawable", lambda texts: "☃" if any("☃" in one for one in texts) else "")
    archive = opened(browser.get(ADDRESS))
    assert archive.namelist()[2:] == ["Not in here.txt"]
    assert f"{YEAR}-05-03 Receipt 3.pdf" in archive.read("Not in here.txt").decode()


def test_nobody_else_s_papers_are_in_it(
    browser: Client, ada: Customer, account: Connection, shop: MerchantInSight
) -> None:
    books.paid(builders.order(builders.customer(shop, "Ben"), account), at=builders.at(YEAR, 3, 3))
    other = builders.merchant("other", name="Other")
    theirs = builders.order(builders.customer(other, "Ada"), builders.connection(other))
    books.paid(theirs, at=builders.at(YEAR, 3, 3))
    assert browser.get(ADDRESS).status_code == 404
    books.paid(builders.order(ada, account), at=builders.at(YEAR, 3, 4))
    assert len(opened(browser.get(ADDRESS)).namelist()) == 1
    assert builders.browser().get(ADDRESS).status_code == 303


def test_after_six_in_an_hour_the_page_says_when(browser: Client, ada: Customer, account: Connection) -> None:
    books.paid(builders.order(ada, account), at=builders.at(YEAR, 3, 3))
    for _ in range(6):
        opened(browser.get(ADDRESS))
    refused = browser.get(ADDRESS)
    assert refused.status_code == 429
    assert re.search(r"From \d\d:\d\d on you can load it again", words(refused))


def test_hundreds_of_receipts_take_no_more_room_than_a_few(
    browser: Client, ada: Customer, account: Connection
) -> None:
    """What Python holds; docs/receipts.md has what the whole process takes."""

    def peak(year: int) -> int:
        tracemalloc.start()
        response: Any = browser.get(f"{PORTAL}/statements/{year}/receipts.zip")
        for _ in response.streaming_content:
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    order = builders.order(ada, account)
    for year, count in ((2021, 5), (2022, 5), (2023, 150)):
        for number in range(count):
            books.paid(order, at=builders.at(year, 1, 2) + timedelta(days=2 * number))
    peak(2021)
    few = peak(2022)
    assert peak(2023) < few + 2_000_000
