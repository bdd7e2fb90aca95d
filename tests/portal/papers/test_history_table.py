"""The history as a table for spreadsheets: all that the page would show, and no cell that reckons."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any, cast

import pytest
from django.db import OperationalError
from django.test import Client

from paydesk.billing.customers.models import Customer
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from paydesk.portal.payments import table
from paydesk.portal.reads.history_table import payments_in_pieces
from tests import builders
from tests.portal.reading import PORTAL, links

pytestmark = pytest.mark.django_db

ADDRESS = f"{PORTAL}/payments.csv"


def rows(response: Any, delimiter: str = ",") -> list[dict[str, str]]:
    """Read the file as a spreadsheet does."""
    assert response.status_code == 200, response.content[:300]
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    content = b"".join(cast("Iterable[bytes]", response.streaming_content))
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_without_payments_it_has_its_heads(browser: Client) -> None:
    assert rows(browser.get(ADDRESS)) == []


def test_a_row_says_what_the_page_does(browser: Client, ada: Customer, account: Connection) -> None:
    order = builders.order(ada, account, "Kiln, large", number="HC-7")
    due_at = builders.at(2024, 12, 31, 23)
    made = builders.payment(order, 123456, number="INV-7", due_at=due_at, refunded_minor=6)
    [row] = rows(browser.get(ADDRESS))
    assert row == {
        "Due": "2025-01-01",
        "Paid on": "2025-01-01",
        "What": "Kiln, large",
        "Number": "INV-7",
        "Order": "Kiln, large",
        "Order number": "HC-7",
        "Status": "Partly refunded",
        "Amount": "1234.56",
        "Refunded": "0.06",
        "Currency": "EUR",
        "Page": row["Page"],
    }
    assert row["Page"].endswith(f"/m/harbor/payments/{made.public_id}")


def test_for_german_spreadsheets_it_has_semicolons_and_commas(
    browser: Client, ada: Customer, account: Connection
) -> None:
    builders.payment(builders.order(ada, account), 4900)
    response = browser.get(ADDRESS, headers={"Accept-Language": "de"})
    assert "Zahlungen" in response["Content-Disposition"]
    [row] = rows(response, ";")
    assert (row["Betrag"], row["Status"]) == ("49,00", "Bezahlt")


def test_no_cell_becomes_a_formula(browser: Client, ada: Customer, account: Connection) -> None:
    order = builders.order(ada, account, '=HYPERLINK("https://evil.example","Pay")', number="+1")
    builders.payment(order, number="@SUM(A1)", title="-2+3")
    [row] = rows(browser.get(ADDRESS))
    assert [row[name][:2] for name in ("What", "Number", "Order", "Order number")] == ["'-", "'@", "'=", "'+"]


def test_filters_and_search_hold_for_the_file_too(
    browser: Client, ada: Customer, account: Connection
) -> None:
    kiln, bowl = builders.order(ada, account, "Kiln"), builders.order(ada, account, "Bowl")
    builders.payment(kiln, number="K-1", due_at=builders.at(2023, 5, 1))
    builders.payment(kiln, number="K-2", due_at=builders.at(2024, 5, 1), state="failed")
    builders.payment(bowl, number="B-1", due_at=builders.at(2024, 6, 1))

    def numbers(query: str) -> list[str]:
        return [row["Number"] for row in rows(browser.get(f"{ADDRESS}?{query}"))]

    assert numbers("") == ["B-1", "K-2", "K-1"]
    assert numbers("year=2024") == ["B-1", "K-2"]
    assert numbers("kind=failed") == ["K-2"]
    assert numbers(f"order={kiln.public_id}") == ["K-2", "K-1"]
    assert numbers("q=kiln&year=2023") == ["K-1"]
    assert numbers("q=nothing") == []
    assert browser.get(f"{ADDRESS}?order=0000000000000000").status_code == 404
    assert browser.get(f"{ADDRESS}?kind=odd").status_code == 400


def test_the_page_links_to_the_file_of_what_it_shows(
    browser: Client, ada: Customer, account: Connection
) -> None:
    builders.payment(builders.order(ada, account), due_at=builders.at(2024, 6, 1))
    page = browser.get(f"{PORTAL}/payments?year=2024")
    assert links(page, "Download all of these as a table (CSV)") == f"{ADDRESS}?year=2024"


def test_thousands_come_in_pieces_each_once_and_in_order(
    browser: Client, ada: Customer, account: Connection
) -> None:
    order = builders.order(ada, account)
    builders.payments(order, 1203)
    found = [row["Number"] for row in rows(browser.get(ADDRESS))]
    assert found == [f"INV-M{number:05d}" for number in range(1203)]
    found = [row["Number"] for row in rows(browser.get(f"{ADDRESS}?q=studio"))]
    assert found == [f"INV-M{number:05d}" for number in range(1203)]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "This file is not complete. Please load it again."),
        ("de", "Diese Datei ist nicht vollständig. Bitte laden Sie sie noch einmal."),
    ],
)
def test_a_file_that_breaks_off_says_so_in_its_last_line(
    browser: Client,
    ada: Customer,
    account: Connection,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    language: str,
    said: str,
) -> None:
    builders.payments(builders.order(ada, account), 3)

    def broken_off(**asked: Any) -> Iterator[Any]:
        yield from payments_in_pieces(**asked)
        raise OperationalError("the connection is gone")

    monkeypatch.setattr(table, "payments_in_pieces", broken_off)
    response = browser.get(ADDRESS, headers={"Accept-Language": language})
    lines = b"".join(cast("Iterable[bytes]", response.streaming_content)).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert lines[-1] == said
    assert [("INV-M" in line) for line in lines] == [False, True, True, True, False]
    [record] = [one for one in caplog.records if one.name == table.__name__]
    assert record.exc_info is not None
    assert "the connection is gone" in str(record.exc_info[1])


def test_nobody_else_s_payments_are_in_it(
    browser: Client, account: Connection, shop: MerchantInSight
) -> None:
    builders.payment(builders.order(builders.customer(shop, "Ben"), account))
    other = builders.merchant("other", name="Other")
    builders.payment(builders.order(builders.customer(other, "Ada"), builders.connection(other)))
    assert rows(browser.get(ADDRESS)) == []
    assert builders.browser().get(ADDRESS).status_code == 303
