"""Money is exact: minor units, one currency, splits that add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paydesk.kit.money import Money, MoneyError, exponent, total


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
