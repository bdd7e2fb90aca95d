"""Amounts and dates read as people write them, in each language and each currency."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from paydesk.kit import language


@pytest.mark.parametrize(
    ("minor", "currency", "tongue", "written"),
    [
        (4_900, "EUR", "en", "EUR 49.00"),
        (4_900, "EUR", "de", "49,00 EUR"),
        (12_345_678, "JPY", "en", "JPY 12,345,678"),
        (1_234, "KWD", "en", "KWD 1.234"),
        (1_234, "KWD", "de", "1,234 KWD"),
        (-1_410, "EUR", "en", "-EUR 14.10"),
        (0, "USD", "en", "USD 0.00"),
    ],
)
def test_an_amount(minor: int, currency: str, tongue: str, written: str) -> None:
    said = language.amount_text(minor, currency, tongue)
    assert said.replace("\u00a0", " ") == written
    # It is never broken over two lines between the code and the figures.
    assert " " not in said


@pytest.mark.parametrize(("minor", "written"), [(30_000, "EUR 300"), (4_950, "EUR 49.50"), (1, "EUR 0.01")])
def test_an_amount_in_a_sentence_has_no_empty_decimals(minor: int, written: str) -> None:
    assert language.round_amount_text(minor, "EUR", "en").replace("\u00a0", " ") == written


@pytest.mark.parametrize(
    ("tongue", "year", "written"),
    [
        ("en", 2026, "Thu 3 Dec"),
        ("en", 2027, "3 Dec 2026"),
        ("de", 2026, "Do., 3. Dez"),
        ("de", 2027, "3. Dez. 2026"),
    ],
)
def test_a_day_has_its_year_when_it_is_another_one(tongue: str, year: int, written: str) -> None:
    assert language.day_text(date(2026, 12, 3), tongue, this_year=year) == written


def test_a_moment_a_month_and_a_number() -> None:
    moment = datetime(2026, 12, 3, 9, 4)  # noqa: DTZ001 - local already.
    assert language.moment_text(moment, "en", this_year=2026) == "Thu 3 Dec, 09:04"
    assert language.month_text(2026, 12, "de") == "Dezember 2026"
    assert language.short_month_text(12, "de") == "Dez"
    assert language.number_text(4000, "de") == "4.000"
