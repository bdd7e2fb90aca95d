"""The word, the mark and the tone for each state: what is shown is derived from the rows, never stored."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from paydesk.billing.payments.models import Payment
from paydesk.gateways.records import SubscriptionState
from paydesk.portal.words.reader import reader


class StateWord(NamedTuple):
    """`mark` is a shape of components/marks.html, `tone` one of success, danger, warning, quiet."""

    word: str
    mark: str
    tone: str

    def spoken(self) -> StateWord:
        """Put the word into the reader's language."""
        return _spoken(self, reader().language)


@cache
def _spoken(word: StateWord, language: str) -> StateWord:
    """There are some twenty of them in each language, and a page shows one in each of its rows."""
    return word._replace(word=gettext(word.word))


_PAYMENT = {
    Payment.State.SCHEDULED: StateWord(_("Scheduled"), "clock", "quiet"),
    Payment.State.DUE: StateWord(_("Due"), "clock", "warning"),
    Payment.State.PROCESSING: StateWord(_("Checking"), "half", "warning"),
    Payment.State.PAID: StateWord(_("Paid"), "tick", "success"),
    Payment.State.FAILED: StateWord(_("Failed"), "cross", "danger"),
    Payment.State.SKIPPED: StateWord(_("Skipped"), "dash", "quiet"),
    Payment.State.COVERED: StateWord(_("Part of another payment"), "together", "quiet"),
    Payment.State.CANCELED: StateWord(_("Canceled"), "dash", "quiet"),
    Payment.State.WRITTEN_OFF: StateWord(_("Closed without payment"), "dash", "quiet"),
}
_OVERDUE = StateWord(_("Overdue"), "cross", "danger")
_PAID_WITH_OTHERS = StateWord(_("Paid with others"), "tick", "success")
_REFUNDED = StateWord(_("Refunded"), "back", "quiet")
_PARTLY_REFUNDED = StateWord(_("Partly refunded"), "back", "quiet")

_SUBSCRIPTION = {
    SubscriptionState.INCOMPLETE: StateWord(_("Not started"), "clock", "warning"),
    SubscriptionState.TRIALING: StateWord(_("Trial"), "tick", "success"),
    SubscriptionState.ACTIVE: StateWord(_("Active"), "tick", "success"),
    SubscriptionState.PAST_DUE: StateWord(_("Payment overdue"), "cross", "danger"),
    SubscriptionState.PAUSED: StateWord(_("Paused"), "pause", "quiet"),
    SubscriptionState.UNPAID: StateWord(_("Unpaid"), "cross", "danger"),
    SubscriptionState.CANCELED: StateWord(_("Canceled"), "dash", "quiet"),
    SubscriptionState.COMPLETED: StateWord(_("Paid off"), "tick", "success"),
}
_ENDING = StateWord(_("Ends soon"), "clock", "warning")
_BEING_MOVED = StateWord(_("Being moved"), "half", "warning")


def payment_word(state: str, refunded_minor: int = 0, amount_minor: int = 0) -> StateWord:
    """Give the word for a payment, with what was refunded taken into account."""
    if refunded_minor and state == Payment.State.PAID:
        return (_REFUNDED if refunded_minor >= amount_minor else _PARTLY_REFUNDED).spoken()
    return _PAYMENT[Payment.State(state)].spoken()


def instalment_word(
    state: str, covering_state: str | None, refunded_minor: int = 0, amount_minor: int = 0
) -> StateWord:
    """Give the word for a payment among those of its agreement; `covering_state`: of the payment that covers it."""
    if state == Payment.State.FAILED:
        return _OVERDUE.spoken()
    if covering_state is not None:
        is_paid = covering_state == Payment.State.PAID
        return _PAID_WITH_OTHERS.spoken() if is_paid else payment_word(Payment.State.PROCESSING)
    return payment_word(state, refunded_minor, amount_minor)


def subscription_word(state: str, *, is_ending: bool = False, is_being_moved: bool = False) -> StateWord:
    """Give the word for a subscription or payment plan; one that runs but will end, or is held for a move, says so."""
    if is_being_moved:
        return _BEING_MOVED.spoken()
    running = state in {SubscriptionState.ACTIVE, SubscriptionState.TRIALING}
    return (_ENDING if is_ending and running else _SUBSCRIPTION[SubscriptionState(state)]).spoken()
