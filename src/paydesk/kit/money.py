"""Amounts of money: integer minor units with a currency, exact in every step."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

#: ISO 4217 exponents that are not 2 (ISO 4217 list one, 2026). A gateway's own exceptions live in its folder.
_EXPONENTS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_EXPONENT_OF = {code: exponent for exponent, codes in _EXPONENTS.items() for code in codes.split()}


class MoneyError(ValueError):
    """Raised when amounts of different currencies meet, or a currency code is not one."""


def exponent(currency: str) -> int:
    """Give the number of decimal places that ISO 4217 assigns to a currency code."""
    if len(currency) != 3 or not currency.isalpha() or not currency.isupper():
        raise MoneyError(f"{currency!r} is not a currency code")
    return _EXPONENT_OF.get(currency, 2)


@dataclass(frozen=True, order=False, slots=True)
class Money:
    """An amount in minor units (cents, yen, fils) of one currency."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        # Types are checked before it runs, amounts while it runs: a float that slips in must not become money.
        if type(self.minor) is not int:
            raise MoneyError(f"minor units must be an integer, not {self.minor!r}")
        exponent(self.currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other).minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.currency} {self.decimal()}"

    def decimal(self) -> Decimal:
        """Give the amount in major units, exactly."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def split(self, parts: int) -> list[Money]:
        """Split into parts that differ by one minor unit at most; the larger come first; the sum is exact."""
        if parts < 1:
            raise MoneyError("an amount is split into one part at least")
        share, rest = divmod(self.minor, parts)
        return [Money(share + (1 if place < rest else 0), self.currency) for place in range(parts)]

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise MoneyError(f"{self.currency} and {other.currency} do not add up")
        return other


def money_of_text(text: str, currency: str) -> Money:
    """Read an amount in major units with a point, 12.50; raises MoneyError, in words for whoever wrote it."""
    places = exponent(currency)
    if "," in text:
        raise MoneyError(
            f"{text!r} has a comma: write decimals after a point (12.50), and thousands together (1250)."
        )
    written = re.fullmatch(r"([0-9]{1,12})(?:\.([0-9]+))?", text)
    if written is None:
        raise MoneyError(f"{text!r} is not an amount, which is written as 12.50: digits and a point alone.")
    major, decimals = written.group(1), written.group(2) or ""
    if len(decimals) > places:
        raise MoneyError(f"{currency} has {places or 'no'} decimal places, and {text!r} has {len(decimals)}.")
    return Money(int(major + decimals.ljust(places, "0")), currency)


def total(amounts: Iterable[Money], *, currency: str) -> Money:
    """Add amounts of one currency; nothing adds up to zero."""
    answer = Money(0, currency)
    for amount in amounts:
        answer += amount
    return answer
