"""Write amounts and numbers in the reader's language."""

from __future__ import annotations

from paydesk.kit import language
from paydesk.portal.words.reader import reader


def money(amount_minor: int, currency: str) -> str:
    """Write an amount in full: EUR 49.00."""
    return language.amount_text(amount_minor, currency, reader().language)


def round_money(amount_minor: int, currency: str) -> str:
    """Write an amount for a sentence: EUR 300, but EUR 49.50."""
    return language.round_amount_text(amount_minor, currency, reader().language)


def number(value: int) -> str:
    """Write a whole number."""
    return language.number_text(value, reader().language)
