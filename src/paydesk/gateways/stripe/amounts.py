"""Amounts as Stripe writes them, exactly, to and from ISO 4217 minor units.

Stripe's own exceptions (docs.stripe.com/currencies, "Zero-decimal currencies" and "Special cases"): MGA has no decimals
there though ISO gives it two; ISK and UGX have two there for the sake of old callers, always 00; and amounts in
three-decimal currencies are charged in steps of ten. HUF and TWD lose their decimals in payouts alone.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from paydesk.gateways.contract import GatewayRefused
from paydesk.kit.money import Money, exponent

_EXPONENTS = {"MGA": 0, "ISK": 2, "UGX": 2}
_STEP_OF_THREE_DECIMALS = 10


def from_stripe(amount: int, currency: str) -> Money:
    """Read an amount of Stripe (`currency` in lower case).

    Until April 2023 Stripe took parts of a króna, which ISO does not know: such an old amount, or the tax in one, is
    read as the nearest whole one (support.stripe.com/questions/deprecation-of-fractional-isk-charges-and-refunds).
    """
    code = currency.upper()
    shift = exponent(code) - _EXPONENTS.get(code, exponent(code))
    return Money(int(Decimal(amount).scaleb(shift).to_integral_value(ROUND_HALF_UP)), code)


def to_stripe(amount: Money) -> int:
    """Write an amount for Stripe; raises GatewayRefused for one that it cannot charge, instead of rounding money."""
    places = exponent(amount.currency)
    shift = _EXPONENTS.get(amount.currency, places) - places
    if shift < 0 and amount.minor % 10**-shift:
        raise GatewayRefused(f"Stripe takes {amount.currency} without decimals, not {amount}.")
    if places > 2 and amount.minor % _STEP_OF_THREE_DECIMALS:
        raise GatewayRefused(f"Stripe takes {amount.currency} in steps of ten minor units, not {amount}.")
    return int(amount.minor * 10**shift) if shift >= 0 else int(amount.minor // 10**-shift)
