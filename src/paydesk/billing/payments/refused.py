"""The refusal of everything that would pay: said in words that the customer may read."""

from __future__ import annotations

from django.utils.translation import gettext as _


class RetryRefused(Exception):
    """Nothing was charged by this ask. The words are for the customer."""


def no_answer() -> str:
    """Say to the customer that the company is silent, before anything was asked of it that moves money."""
    return _(
        "The payment company does not answer right now. Nothing was charged. Try again in a few minutes."
    )
