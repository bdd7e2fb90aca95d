"""Money as PayPal writes it: a decimal string and a currency. It shares no line with ours, lest a mistake be
made twice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

#: Currencies without decimals at PayPal ("Currency codes"). Forint and Taiwan dollar have some in ISO 4217.
WITHOUT_DECIMALS = {"HUF", "JPY", "TWD"}


class Unwritable(Exception):
    """The amount cannot be one of PayPal's; the message is the issue that PayPal names."""


@dataclass(frozen=True, kw_only=True)
class Amount:
    """So many of the smallest unit that PayPal knows of a currency."""

    minor: int
    currency: str

    def __add__(self, other: Amount) -> Amount:
        return self._with(self.minor + other.minor)

    def __sub__(self, other: Amount) -> Amount:
        return self._with(self.minor - other.minor)

    def __mul__(self, times: int) -> Amount:
        return self._with(self.minor * times)

    def shown(self) -> dict[str, str]:
        """Write it as an answer has it."""
        return {"currency_code": self.currency, "value": self.value()}

    def value(self) -> str:
        """Write the number alone."""
        if self.currency in WITHOUT_DECIMALS:
            return str(self.minor)
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{abs(self.minor) // 100}.{abs(self.minor) % 100:02d}"

    def _with(self, minor: int) -> Amount:
        return Amount(minor=minor, currency=self.currency)


def amount_of(asked: dict[str, Any]) -> Amount:
    """Read a positive amount of a request; raises Unwritable with PayPal's issue."""
    currency, value = asked["currency_code"], asked["value"]
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise Unwritable("INVALID_CURRENCY_CODE")
    whole, _, rest = value.partition(".")
    if currency in WITHOUT_DECIMALS and rest.strip("0"):
        raise Unwritable("DECIMALS_NOT_SUPPORTED")
    if len(rest) > 2:
        raise Unwritable("DECIMAL_PRECISION")
    minor = int(whole or "0") if currency in WITHOUT_DECIMALS else int(f"{whole or '0'}{rest:0<2}")
    if minor <= 0:
        raise Unwritable("CANNOT_BE_ZERO_OR_NEGATIVE")
    return Amount(minor=minor, currency=currency)
