"""A customer sees the years, opens one and takes it along as a PDF; nobody else does."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from paydesk.access.models import Session
from paydesk.access.sessions import start_session
from paydesk.billing.customers.models import Customer
from paydesk.billing.receipts.issue import issue_receipt
from paydesk.billing.receipts.printing import pdf
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection, Merchant
from tests import books, builders
from tests.paper_rules import faults_of
from tests.portal.reading import PORTAL, links, read, words

pytestmark = pytest.mark.django_db

YEAR = 2024


@pytest.fixture
def full_year(ada: Customer, account: Connection, shop: MerchantInSight) -> None:
    """A membership in March and April, a plan in parts, a refund, a lost dispute, yen, and New Year's Eve."""
    club = builders.order(ada, account)
    agreement = builders.subscription(club, name="Studio club")
    for month in (3, 4):
        books.paid(club, at=builders.at(YEAR, month, 3), subscription=agreement, number=f"INV-{month}")
    machine = builders.order(ada, account, "Espresso machine")
    plan = builders.subscription(machine, 90_000, payments_total=3)
    half: dict[str, Any] = {"title": "First half", "number": "INV-5", "subscription": plan}
    part = builders.payment(machine, 90_000, due_at=builders.at(YEAR, 5, 2), **half)
    books.enter(part, "charge", 60_000, reference="ch_part")
    books.enter(part, "balance", 30_000, reference="bal_part")
    beans = books.paid(builders.order(ada, account, "Kenya <i>250 g</i>"), 5640, at=builders.at(YEAR, 6, 1))
    issue_receipt(merchant=shop, payment_id=beans.id, now=builders.now())
    books.refunded(beans, 1410)
    issue_receipt(merchant=shop, payment_id=beans.id, now=builders.now())
    books.disputed(books.paid(builders.order(ada, account, "Tasting"), 2500, at=builders.at(YEAR, 7, 1)))
    books.disputed(books.paid(builders.order(ada, account, "Kiln"), 700, at=builders.at(YEAR, 7, 9)), "open")
    books.disputed(books.paid(builders.order(ada, account, "Glaze"), 800, at=builders.at(YEAR, 7, 10)), "won")
    books.paid(builders.order(ada, account, "Tea bowl"), 12_345, "JPY", at=builders.at(YEAR, 12, 31, 22))
    books.paid(builders.order(ada, account, "New year"), 100, at=builders.at(YEAR, 12, 31, 23))


def text(response: Any) -> str:
    """Read a PDF."""
    assert response["Content-Type"] == "application/pdf", response.content[:200]
    said = "\n".join(found.extract_text() for found in PdfReader(BytesIO(response.content)).pages)
    return said.replace("\u00a0", " ").replace("\u2212", "-")


def test_before_the_first_payment_there_is_none(browser: Client, ada: Customer, account: Connection) -> None:
    assert "There is no statement yet." in read(browser, "/statements")
    builders.payment(builders.order(ada, account), state="failed")
    assert "There is no statement yet." in read(browser, "/statements")


def test_the_years_are_listed_with_what_they_came_to(browser: Client, full_year: None) -> None:
    shown = read(browser, "/statements")
    assert f"{YEAR + 1} EUR 1.00 {YEAR} EUR 1,048.30 JPY 12,345" in shown
    history = browser.get(f"{PORTAL}/payments")
    assert links(history, "Yearly statements") == f"{PORTAL}/statements"


def test_a_year_is_told_month_by_month(browser: Client, full_year: None) -> None:
    shown = read(browser, f"/statements/{YEAR}")
    for part in (f"Statement {YEAR}", "Harbor Coffee Roasters", "Ada Okafor ada@example.com", "Europe/Berlin",
                 "TEST: no money has moved", "What you paid and what went back to you. ",
                 "Paid EUR 1,094.40 Went back EUR 46.10 Total EUR 1,048.30",
                 "March 2024 EUR 49.00", "Sun 3 Mar Studio club Studio membership INV-3 EUR 49.00",
                 "May 2024 EUR 900.00", "Espresso machine, from your balance",
                 "Espresso machine First half part of EUR 900.00 INV-5 EUR 600.00",
                 "Refund: Kenya <i>250 g</i>", "Number 2 -EUR 14.10", "Receipt 1 EUR 56.40",
                 "Given back by your bank: Tasting", "Held by your bank, not decided yet: Kiln",
                 "Paid JPY 12,345 Went back JPY 0 Total JPY 12,345", "Tue 31 Dec Tea bowl",
                 "This is not an invoice:"):  # fmt: skip
        assert part in shown, (part, shown)
    assert shown.count("Glaze") == 1
    assert "New year" not in shown


def test_the_pdf_says_the_same(browser: Client, full_year: None) -> None:
    page = browser.get(f"{PORTAL}/statements/{YEAR}")
    answer = browser.get(links(page, "Download PDF"))
    said = text(answer)
    for part in ("Statement", "2024", "EUR 1,094.40", "EUR 46.10", "Studio club", "INV-3", "-EUR 14.10",
                 "Refund: Kenya <i>250 g</i>", "number 2", "receipt 1", "part of EUR 900.00", "JPY 12,345",
                 "This is not an invoice", "TEST: no money has moved", "Held by your bank"):  # fmt: skip
        assert part in said, (part, said)
    assert (
        answer["Content-Disposition"]
        == f'attachment; filename="Harbor Coffee Roasters, TEST Statement {YEAR}.pdf"'
    )
    assert answer["Cache-Control"] == "no-store"
    assert faults_of(answer.content) == []
    assert browser.get(f"{PORTAL}/statements/{YEAR}.pdf").content == answer.content


def test_this_year_says_until_when(browser: Client, ada: Customer, account: Connection) -> None:
    books.paid(builders.order(ada, account), at=builders.now())
    year = builders.now().astimezone().year
    assert "What you paid and what went back to you, until" in read(browser, f"/statements/{year}")


def test_the_language_is_the_readers(browser: Client, full_year: None) -> None:
    german = {"Accept-Language": "de-AT,en;q=0.5"}
    shown = words(browser.get(f"{PORTAL}/statements/{YEAR}", headers=german))
    assert f"Jahresübersicht {YEAR}" in shown
    assert "Dies ist keine Rechnung" in shown
    printed = browser.get(f"{PORTAL}/statements/{YEAR}.pdf", headers=german)
    assert "1.094,40 EUR" in text(printed)
    assert "Jahres" in printed["Content-Disposition"]


@pytest.mark.parametrize("year", ["2023", "2999", "0000", "20", "next", "2024.5", "٢٠٢٤", "1e3"])
@pytest.mark.parametrize("form", ["", ".pdf"])
def test_a_year_without_a_statement_is_said_to_have_none(
    browser: Client, full_year: None, year: str, form: str
) -> None:
    shown = read(browser, f"/statements/{year}{form}", status=404)
    assert "There is no statement of this year" in shown


def test_a_year_in_which_only_a_refund_failed_is_empty(
    browser: Client, ada: Customer, account: Connection
) -> None:
    paid = books.paid(builders.order(ada, account), at=builders.at(2022, 12, 30))
    for kind in ("refund", "refund_reversal"):
        books.enter(paid, kind, 100, builders.at(2023, 1, 5), "re_1")
    assert "Nothing was paid in this year, and nothing went back." in read(browser, "/statements/2023")
    assert "Nothing was paid in this year" in text(browser.get(f"{PORTAL}/statements/2023.pdf"))


def test_nobody_elses_year_is_there(browser: Client, shop: MerchantInSight, full_year: None) -> None:
    ben = builders.signed_in_client(shop, builders.customer(shop, "Ben"))
    other = builders.merchant("other", name="Other")
    ada_there = builders.signed_in_client(other, builders.customer(other, "Ada Okafor"))
    for stranger, portal in ((ben, PORTAL), (ada_there, "/m/other")):
        assert "There is no statement yet." in words(stranger.get(f"{portal}/statements"))
        for path in (f"/statements/{YEAR}", f"/statements/{YEAR}.pdf"):
            answer = stranger.get(portal + path)
            assert (answer.status_code, b"%PDF" in answer.content) == (404, False)
            assert "Studio" not in answer.content.decode()
    assert builders.browser().get(f"{PORTAL}/statements/{YEAR}.pdf").status_code == 303


def test_a_frame_downloads_with_a_ticket_once(browser: Client, full_year: None) -> None:
    path = f"{PORTAL}/statements/{YEAR}.pdf"
    given = browser.post(f"{PORTAL}/tickets", {"path": path}).json()
    stranger = builders.browser()
    opened = stranger.post(given["address"], {"ticket": given["ticket"], "path": path})
    assert (opened.status_code, opened["Content-Type"]) == (200, "application/pdf")
    assert opened.content == browser.get(path).content
    assert stranger.post(given["address"], {"ticket": given["ticket"], "path": path}).status_code == 410


def test_a_bearer_sees_the_page_in_its_frame(shop: MerchantInSight, ada: Customer, full_year: None) -> None:
    origin = "https://shop.example"
    Merchant.objects.filter(id=shop.id).update(frame_origins=[origin])
    token = start_session(
        merchant_id=shop.id, customer_id=ada.id, address="ada@example.com", carrier=Session.Carrier.BEARER,
        device="", now=clock.wall_now(), parent_origin=origin,
    ).token  # fmt: skip
    headers = {"Authorization": f"Bearer {token}", "Paydesk-Part": "main"}
    answer = builders.browser().get(f"{PORTAL}/statements/{YEAR}", headers=headers)
    assert answer.status_code == 200
    assert "Studio club" in words(answer)
    assert "<html" not in answer.content.decode()


def test_letters_without_a_font_are_said(
    browser: Client, full_year: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "undrawable", lambda _: "山田")
    shown = read(browser, f"/statements/{YEAR}.pdf", status=409)
    assert "cannot print these letters yet: 山田. The statement’s page shows everything" in shown


@pytest.mark.parametrize("path", ["/statements", f"/statements/{YEAR}", f"/statements/{YEAR}.pdf"])
def test_the_number_of_statements_of_sql_does_not_grow(
    browser: Client, ada: Customer, account: Connection, full_year: None, path: str
) -> None:
    books.many_paid(builders.order(ada, account, "Espresso"), 60, year=YEAR)
    browser.get(PORTAL + path)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(PORTAL + path).status_code == 200
    assert len(captured) <= 5, [query["sql"][:90] for query in captured]


def test_four_thousand_payments_are_one_page_of_closed_months(
    browser: Client, ada: Customer, account: Connection
) -> None:
    books.many_paid(builders.order(ada, account, "Espresso"), 4000, year=YEAR)
    answer = browser.get(f"{PORTAL}/statements/{YEAR}")
    shown = answer.content.decode()
    assert shown.count("Espresso ") == 4000
    assert "<details open" not in shown
    assert len(shown) < 1_500_000
    assert len(PdfReader(BytesIO(browser.get(f"{PORTAL}/statements/{YEAR}.pdf").content)).pages) > 50
