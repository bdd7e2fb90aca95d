"""The refusal of everything that would pay: said in words that the customer may read."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _


class RetryRefused(Exception):
    """Nothing was charged by this ask. The words are for the customer."""


class NoMethod(RetryRefused):
    """There is nothing on file to charge."""


class CompanySilent(RetryRefused):
    """The company did not answer before anything was asked that moves money. `retry_after`: what it said, if it did."""

    def __init__(self, *, retry_after: timedelta | None = None) -> None:
        super().__init__(no_answer())
        self.retry_after = retry_after


class CompanyRefused(RetryRefused):
    """The company said no to making the charge, before any bank was asked. `said` is for staff."""

    def __init__(self, words: str, *, said: str) -> None:
        super().__init__(words)
        self.said = said


class ChargingHeld(RetryRefused):
    """Charging waits until a doubt is out of the way. `why` is for staff."""

    def __init__(self, why: str) -> None:
        super().__init__(
            _(
                "Payments wait for a moment while we check our books. Nothing was charged. Try again in a few minutes."
            )
        )
        self.why = why


def no_answer() -> str:
    """Say to the customer that the company is silent, before anything was asked of it that moves money."""
    return _(
        "The payment company does not answer right now. Nothing was charged. Try again in a few minutes."
    )
