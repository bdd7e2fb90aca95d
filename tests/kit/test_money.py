"""Money is exact: minor units, one currency, splits that add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paydesk.kit.money import Money, MoneyError, exponent, money_of_text, total


@pytest.mark.parametrize(("currency", "places"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("MGA", 2)])
def test_the_exponent_is_that_of_iso_4217(currency: str, places: int) -> None:
    assert exponent(currency) == places


def test_two_currencies_do_not_add_up() -> None:
    with pytest.raises(MoneyError):
        Money(1, "EUR") + Money(1, "USD")


def test_a_float_is_not_money() -> None:
    with pytest.raises(MoneyError):
        Money(1.5, "EUR")  # type: ignore[arg-type]


@given(minor=st.integers(-(10**12), 10**12), parts=st.integers(1, 400))
def test_a_split_adds_up_and_its_parts_differ_by_one_at_most(minor: int, parts: int) -> None:
    shares = Money(minor, "EUR").split(parts)

    assert total(shares, currency="EUR") == Money(minor, "EUR")
    assert max(share.minor for share in shares) - min(share.minor for share in shares) <= 1


def test_an_amount_reads_with_its_own_places() -> None:
    assert [str(Money(1234, code)) for code in ("KWD", "JPY", "EUR")] == [
        "KWD 1.234",
        "JPY 1234",
        "EUR 12.34",
    ]


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        ("12", "EUR", 1200),
        ("0.01", "EUR", 1),
        ("1200", "JPY", 1200),
        ("1.234", "KWD", 1234),
        ("0.1", "KWD", 100),
        ("999999999999.99", "EUR", 99999999999999),
    ],
)
def test_an_amount_is_read_exactly(text: str, currency: str, minor: int) -> None:
    assert money_of_text(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency", "words"),
    [
        ("12,50", "EUR", "comma"),
        ("1,250.00", "EUR", "comma"),
        ("12.505", "EUR", "EUR has 2 decimal places"),
        ("12.0", "JPY", "JPY has no decimal places"),
        ("-1", "EUR", "not an amount"),
        ("1e3", "EUR", "not an amount"),
        ("EUR 12", "EUR", "not an amount"),
        ("12.", "EUR", "not an amount"),
        ("", "EUR", "not an amount"),
        ("٣", "EUR", "not an amount"),
        ("1" * 13, "EUR", "not an amount"),
    ],
)
def test_what_is_not_plainly_an_amount_is_refused_in_words(text: str, currency: str, words: str) -> None:
    with pytest.raises(MoneyError, match=words):
        money_of_text(text, currency)


@given(minor=st.integers(0, 10**14 - 1), currency=st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_what_is_written_is_read_again(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    if abs(money.decimal()) < 10**12:
        assert money_of_text(f"{money.decimal():f}", currency) == money
