"""Amounts and card numbers as people read them."""

from __future__ import annotations

_DECIMALS = {
    "JPY": 0,
    "KRW": 0,
    "CLP": 0,
    "VND": 0,
    "ISK": 0,
    "BHD": 3,
    "JOD": 3,
    "KWD": 3,
    "OMR": 3,
    "TND": 3,
}


def in_words(amount_minor: int, currency: str) -> str:
    """Write an amount: `EUR 1,234.50`."""
    decimals = _DECIMALS.get(currency, 2)
    whole, rest = divmod(amount_minor, 10**decimals)
    return f"{currency} {whole:,}" + (f".{rest:0{decimals}d}" if decimals else "")


def spaced(number: str) -> str:
    """Write a card number in groups of four."""
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))
