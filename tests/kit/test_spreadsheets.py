"""A CSV opens as what was written: texts stay texts, numbers are numbers, and nothing is reckoned out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from paydesk.kit.language import decimal_mark
from paydesk.kit.spreadsheets.write import Cell, csv_stream, guarded


def test_the_file_says_that_it_is_utf_8() -> None:
    assert b"".join(csv_stream([["Café"]], decimal_mark=".")) == b"\xef\xbb\xbfCaf\xc3\xa9\r\n"


def test_numbers_and_days_are_written_for_the_language() -> None:
    row: list[Cell] = ["Tea, hot", Decimal("-1234.50"), date(2026, 12, 3), None, 7]
    assert b"".join(csv_stream([row], decimal_mark="."))[3:] == b'"Tea, hot",-1234.50,2026-12-03,,7\r\n'
    assert b"".join(csv_stream([row], decimal_mark=","))[3:] == b"Tea, hot;-1234,50;2026-12-03;;7\r\n"
    assert [decimal_mark(one) for one in ("en", "de", "fr", "ar", "ja")] == [".", ",", ",", ".", "."]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+49 30 1", "-1", "@SUM(A1)", "\t=1", "  =1", "\u00a0=1", "＝1", '=HYPERLINK("http://a")'],
)
def test_what_would_be_a_formula_becomes_a_text(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Kiln", "5-1", "a=b", "'=1", "mail@example.com"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text


def test_many_rows_come_in_pieces() -> None:
    pieces = list(csv_stream((["x"] for _ in range(1201)), decimal_mark="."))
    assert [piece.count(b"x") for piece in pieces] == [500, 500, 201]
