"""The refusal of everything that would pay: said in words that the customer may read."""

from __future__ import annotations


class RetryRefused(Exception):
    """Nothing was charged by this ask. The words are for the customer."""
