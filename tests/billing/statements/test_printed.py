"""A statement on paper: in every language, short and very long, kept for decades and read out in order."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader

from paydesk.billing.receipts.printing.compiler import forget_what_was_laid_out
from paydesk.billing.receipts.statements.paper import RULED_MAX, Addressed
from paydesk.billing.receipts.statements.pdf import draw_statement, print_statement
from paydesk.billing.receipts.statements.statement import Line, Month, Statement, Sums, Table
from tests.billing.printing.paper import ARABIC, JAPANESE, a_seller
from tests.billing.printing.test_printed import LONG_NAME, LONG_WORD, MARKUP
from tests.paper_rules import faults_of

KINDS = ("charge", "balance", "external", "refund", "refund_reversal", "dispute", "undecided", "reversal")
NOVEMBER = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)


def a_line(name: str, kind: str = "charge", *, day: int = 3, minor: int = 4900) -> Line:
    """Give a line with everything that a line may say."""
    return Line(date(2026, 2, day), kind, minor, name, "Spring", "INV-00042", 12, 9800, "p1")


def a_paper(lines: list[Line], currency: str = "EUR", **seller: str) -> Addressed:
    """Give a statement of one month."""
    sums = Sums(12_345_678, 1_410)
    month = Month(first=date(2026, 2, 1), lines=lines, sums=sums)
    tables = [Table(currency=currency, months=[month], sums=sums)] if lines else []
    return Addressed(
        statement=Statement(year=2026, tables=tables),
        seller=a_seller() | seller,  # type: ignore[arg-type]
        customer_name=seller.get("name", "Ada Okafor"),
        customer_address="ada@example.com",
        made_at=NOVEMBER,
    )


def words(paper: Addressed, language: str = "en") -> str:
    """Read the pages as a program reads them out."""
    printed = print_statement(paper, merchant_id=1, language=language)
    text = "\n".join(found.extract_text() for found in PdfReader(BytesIO(printed)).pages)
    return re.sub("[\u2066-\u2069\u200b\u200e\u200f]", "", text).replace("\u00a0", " ")


PAPERS = {
    "all kinds": a_paper([a_line("Studio", kind) for kind in KINDS]),
    "names in other scripts": a_paper([a_line(ARABIC), a_line(JAPANESE)], name=JAPANESE),
    "nothing": a_paper([]),
    "dinars": a_paper([a_line("Beans", minor=-1_234)], "KWD", mode="test"),
    "long words": a_paper([a_line(LONG_WORD), a_line(LONG_NAME)], name=LONG_NAME),
    "several pages": a_paper([a_line(f"Item {turn}", day=turn % 28 + 1) for turn in range(120)]),
}


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("language", ["en", "de", "ar", "ja"])
def test_it_is_pdf_a_2a_and_pdf_ua_1_in_every_language(name: str, language: str) -> None:
    assert faults_of(print_statement(PAPERS[name], merchant_id=1, language=language)) == []


def test_a_very_long_one_keeps_them_too_and_loses_no_line() -> None:
    paper = a_paper([a_line(f"Item {turn}", day=turn % 28 + 1) for turn in range(RULED_MAX + 1)])
    printed = print_statement(paper, merchant_id=1, language="en")
    assert faults_of(printed) == []
    said = words(paper)
    assert re.findall(r"Item (\d+)", said) == [str(turn) for turn in range(RULED_MAX + 1)]
    assert "Page 2 of " in said
    forget_what_was_laid_out()
    assert print_statement(paper, merchant_id=1, language="en") == printed


def test_it_says_until_when_and_is_no_invoice() -> None:
    said = words(PAPERS["all kinds"])
    # Half past eleven in London is the next day in Berlin, where the merchant is.
    for part in ("Statement", "2026", "until 4 November 2026", "Europe/Berlin", "February 2026", "Tue 3 Feb",
                 "Refund: Studio", "part of EUR 98.00", "receipt 12", "number 12", "EUR 123,456.78", "EUR 14.10",
                 "This is not an invoice"):  # fmt: skip
        assert part in said, part
    assert "TEST" not in said
    assert "TEST: no money has moved" in words(PAPERS["dinars"])
    assert "\u2212KWD 1.234" in words(PAPERS["dinars"])


def test_an_older_year_says_that_it_is_over() -> None:
    paper = PAPERS["all kinds"]
    last = Addressed(
        statement=Statement(year=2025, tables=paper.statement.tables),
        seller=paper.seller,
        customer_name="",
        customer_address="ada@example.com",
        made_at=NOVEMBER,
    )
    said = words(last)
    assert "what you paid, and what went back to you" in said
    assert "until" not in said


def test_what_people_write_is_never_markup() -> None:
    said = words(a_paper([a_line(MARKUP)], name=MARKUP)).replace("\n", " ")
    assert '#panic("x") *b* $x^2$ [a](b)' in said
    assert "root:" not in said


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_runs_over_the_margin(language: str) -> None:
    lines = [a_line(LONG_WORD, minor=123_456_789_012_345), a_line("9" * 300), a_line(JAPANESE * 40)]
    paper = a_paper(lines, "JPY", name=LONG_WORD)
    for drawn in draw_statement(paper, merchant_id=1, language=language, pixels_per_inch=72):
        shown = Image.open(BytesIO(drawn)).convert("L")
        for left in (0, shown.width - 50):
            assert shown.crop((left, 0, left + 50, shown.height)).getextrema() == (255, 255)
