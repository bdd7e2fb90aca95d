"""Amounts as PayPal writes them, decimal texts, exactly, to and from ISO 4217 minor units.

PayPal's own exceptions (developer.paypal.com/api/rest/reference/currency-codes): HUF and TWD have no decimals there,
though ISO gives them two; JPY has none in both. No currency has more than two (issue DECIMAL_PRECISION).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from paydesk.gateways.contract import GatewayRefused
from paydesk.kit.money import Money, exponent

_WITHOUT_DECIMALS = {"HUF", "TWD", "JPY"}


def from_paypal(amount: Mapping[str, str]) -> Money:
    """Read `{"currency_code": "EUR", "value": "49.00"}`; raises ValueError for what ISO cannot say."""
    currency, value = amount["currency_code"], Decimal(amount["value"])
    minor = value.scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise ValueError(f"{currency} has no such amount: {value}")
    return Money(int(minor), currency)


def to_paypal(amount: Money) -> dict[str, str]:
    """Write an amount for PayPal; raises GatewayRefused for one that it cannot take, instead of rounding money."""
    places = 0 if amount.currency in _WITHOUT_DECIMALS else min(exponent(amount.currency), 2)
    value = amount.decimal()
    if value != round(value, places):
        raise GatewayRefused(f"PayPal takes {amount.currency} with {places or 'no'} decimals, not {amount}.")
    return {"currency_code": amount.currency, "value": f"{value:.{places}f}"}
